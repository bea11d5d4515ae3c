/** What a run does not need is not loaded. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Files of ours, and modules of Node that an empty script does not have, that are loaded in the end. */
const loadedBy = (
  file: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): readonly string[] => {
  const program = JSON.stringify(repositoryPath(file));
  const script = `const before = new Set(process.moduleLoadList);
    process.once('exit', () => {
      const files = Object.keys(require.cache).map((name) => require('node:path').basename(name));
      console.error([...files, ...process.moduleLoadList.filter((name) => !before.has(name))].join('\\n'));
    });
    process.argv.splice(1, 0, ${program});
    require(${program});`;
  const run = spawnSync(process.execPath, ['-e', script, '--', ...argv], {
    encoding: 'utf8',
    env: { ...env },
  });
  return run.stderr.split('\n');
};

test('oneext --help and --version load neither a command nor TLS', () => {
  for (const option of ['--help', '--version']) {
    const loaded = loadedBy('dist/oneext', [option]);
    assert.ok(loaded.includes('oneext'));
    for (const name of ['oneext-commands.js', 'NativeModule tls', 'NativeModule crypto'])
      assert.ok(!loaded.includes(name), name);
  }
  assert.ok(loadedBy('dist/oneext', ['top', '--help']).includes('oneext-commands.js'));
});

test('a hook without a configuration file, whose front-end is asked by http, loads neither YAML nor TLS', (t) => {
  const folder = temporaryFolder(t);
  const auth = path.join(folder, 'auth');
  writeFileSync(auth, 'oneadmin:opennebula');
  const loaded = loadedBy('dist/hooks/vm_scrape_target', [`--prometheus.targets-folder=${folder}`, '0'], {
    ONE_AUTH: auth,
    ONE_LOCATION: folder,
    ONE_XMLRPC: 'http://127.0.0.1:9/RPC2',
  });
  // It has asked.
  assert.match(loaded.join('\n'), /ECONNREFUSED/);
  assert.ok(loaded.includes('vm_scrape_target'));
  for (const name of ['yaml.js', 'NativeModule tls', 'NativeModule crypto'])
    assert.ok(!loaded.includes(name), name);
});
