/** What host.sh and sudo-rules.sh leave to the package manager. */
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { type MadeHost, makeHost } from '../support/made-host.ts';

const run = (
  { environment }: MadeHost,
  added: Readonly<Record<string, string>>,
  program: string,
  ...argv: readonly string[]
): SpawnSyncReturns<string> =>
  spawnSync('bash', [repositoryPath(`host-installer/${program}`), ...argv], {
    env: { ...environment, ...added },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

test('while dpkg removes a package, the one of the agent is kept, and how to remove it is said', async (t) => {
  const host = makeHost({ system: 'debian-13', engines: {}, packages: ['scaphandre', 'nftables'] });
  t.after(host.remove);
  const installed = await host.run(['--allow', '10.0.0.0/8']);
  assert.equal(installed.exit, 0, installed.stderr);
  const removed = run(host, { DPKG_MAINTSCRIPT_NAME: 'prerm' }, 'host.sh', 'uninstall');
  assert.equal(removed.status, 0, removed.stderr);
  assert.match(removed.stderr, /^kept: the package scaphandre, .*: apt-get remove scaphandre removes it$/m);
  assert.doesNotMatch(removed.stderr, /^removing the package/m);
});

const rules = repositoryPath('dist/sudoers.d/opennebula-extensions');

/** A host that has our rules, and a package manager that knows them, or does not. */
const makeHostWithRules = (t: TestContext, manager: 'dpkg-query' | 'rpm', isKnown: boolean) => {
  const host = makeHost();
  t.after(host.remove);
  // No stand-in compares files.
  symlinkSync('/usr/bin/cmp', path.join(host.root, 'usr/sbin/cmp'));
  const target = path.join(host.root, 'etc/sudoers.d/opennebula-extensions');
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, readFileSync(rules));
  for (const name of ['dpkg-query', 'rpm']) {
    const program = path.join(host.root, 'usr/sbin', name);
    rmSync(program, { force: true }); // a link to the stand-in
    writeFileSync(program, `#!/bin/bash\nexit ${isKnown && name === manager ? 0 : 1}\n`, { mode: 0o755 });
  }
  return { host, target };
};

for (const manager of ['dpkg-query', 'rpm'] as const)
  test(`sudo rules that belong to a package are kept, and others are removed: ${manager}`, (t) => {
    for (const isKnown of [true, false]) {
      const { host, target } = makeHostWithRules(t, manager, isKnown);
      const removed = run(host, {}, 'sudo-rules.sh', 'uninstall', rules);
      assert.equal(removed.status, 0, removed.stderr);
      assert.match(removed.stderr, isKnown ? /^kept: .* belongs to the package/ : /^removing /);
      assert.equal(existsSync(target), isKnown);
    }
  });
