/** What operators learn from `oneext install` and `oneext uninstall`, and in how many words. */
import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { plans, startSelfContained, succeed } from '../../support/oneext-lab.ts';
import { runProgram } from '../../support/program.ts';

const user = (name: string, driver: string): string =>
  `<USER><ID>1</ID><NAME>${name}</NAME><AUTH_DRIVER>${driver}</AUTH_DRIVER></USER>`;

test('D3-users-before-uninstall: who logs in with biscuit is named, and nothing happens until told to', async (t) => {
  let users = user('oneadmin', 'core') + user('bob', 'biscuit') + user('alice', 'biscuit');
  const { made, registry, oneext } = await startSelfContained(t, { users: () => users });
  await succeed(oneext('install'));
  const [files, hooks] = [made.describe(), registry.describe()];
  const plan = await plans(oneext('uninstall', '--plan'));
  assert.match(plan.stdout, /^without the driver biscuit 2 user\(s\) cannot log in: alice, bob$/m);
  assert.match(plan.stdout, /oneuser chauth NAME core/);
  const stopped = await oneext('uninstall');
  assert.equal(stopped.code, 1);
  assert.match(stopped.stderr, /nothing was changed: .* 2 user\(s\) cannot log in: alice, bob\n/);
  assert.match(stopped.stderr, /UNINSTALL_USERS: .*oneuser chauth NAME core.*--lock-out-users/);
  assert.deepEqual([made.describe(), registry.describe()], [files, hooks]);
  const gone = await succeed(oneext('uninstall', '--lock-out-users'));
  assert.match(gone.stdout, /cannot log in: alice, bob$/m);

  await succeed(oneext('install'));
  users = user('alice', 'core') + user('biscuit', 'public');
  assert.doesNotMatch((await succeed(oneext('uninstall'))).stdout, /log in/);
});

test('D3-users-before-uninstall: many are counted, and of an installation without the driver nobody is', async (t) => {
  const users = Array.from({ length: 500 }, (_, id) => user(`user-${1000 + id}`, 'biscuit')).join('');
  const { oneext } = await startSelfContained(t, { users: () => users });
  await succeed(oneext('install', '--only', 'exporter'));
  await succeed(oneext('uninstall'));
  await succeed(oneext('install', '--only', 'auth'));
  const { stdout } = await plans(oneext('uninstall', '--plan'));
  assert.match(stdout, /500 user\(s\) cannot log in: user-1000, .*user-1009 and 490 more$/m);
});

test('D3-users-before-uninstall: where oned cannot be asked, that is told, and it goes on', async (t) => {
  const { oneext, env } = await startSelfContained(t);
  await succeed(oneext('install', '--only', 'auth'));
  const lost = { ...env, ONE_XMLRPC: 'http://127.0.0.1:1/RPC2' };
  const { stdout } = await succeed(runProgram('dist/oneext', { argv: ['uninstall'], env: lost }));
  assert.match(stdout, /^OpenNebula cannot be asked which users have the driver biscuit, .*ECONNREFUSED/m);
});

/** onehost, which fails as long as a file in oneadmin's home is there. */
const startWithOnehost = async (t: Parameters<typeof startSelfContained>[0]) => {
  const onehost = `echo "$@" >>"$HOME/calls"
    [ ! -e "$HOME/down" ] || { printf 'Adding h1\\n\\n\\r\\nError syncing h1\\n\\n\\n' >&2; exit 1; }`;
  const lab = await startSelfContained(t, { onehost });
  writeFileSync(path.join(lab.home, 'var/down'), '');
  return lab;
};

const isSynced = ({ stdout }: { readonly stdout: string }): boolean =>
  stdout.includes('the drivers on the hypervisors are in line');

test('D5-failed-sync: it is told in one line, and each run tries again until it has succeeded', async (t) => {
  const { home, oneext } = await startWithOnehost(t);
  const first = await succeed(oneext('install'));
  assert.match(
    first.stderr,
    /^warning: the drivers on the hypervisors are those from before: .*onehost sync --force failed: Adding h1 Error syncing h1\n {2}-> each run of oneext install tries again/m,
  );
  assert.doesNotMatch(first.stderr, /\n\s*\n/);
  const second = await succeed(oneext('install'));
  assert.match(second.stdout, /nothing to change/);
  assert.match(second.stderr, /warning: the drivers on the hypervisors/);
  const plan = await plans(oneext('install', '--plan'));
  assert.match(plan.stdout, /bring the drivers on the hypervisors in line/);
  rmSync(path.join(home, 'var/down'));
  assert.ok(isSynced(await succeed(oneext('install'))));
  assert.ok(!isSynced(await succeed(oneext('install'))), 'once it has succeeded, no more');
  await succeed(oneext('install', '--plan'));
});

test('D5-failed-sync: a run that is about other parts tries too', async (t) => {
  const { home, oneext } = await startWithOnehost(t);
  await succeed(oneext('install', '--only', 'live-migrate'));
  rmSync(path.join(home, 'var/down'));
  assert.ok(isSynced(await succeed(oneext('install', '--only', 'exporter'))));
  assert.ok(existsSync(path.join(home, 'var/calls')));
});

test('D4-hosts-from-before-the-install: install sets their GEOLOCATION, and leaves alone what has one', async (t) => {
  const hosts = [
    { id: 0, hostname: 'kvm0', name: 'kvm0' },
    { id: 1, hostname: 'kvm1', name: 'kvm1' },
    { id: 2, hostname: 'kvm2', name: 'kvm2', state: 8 },
  ];
  const { made, calls, oneext } = await startSelfContained(t, { hosts });
  made.write('/one/etc/oneext.yaml', 'geolocation: {static: {hosts: {kvm0: "59.3294,18.0687"}}}\n');
  const { stdout } = await succeed(oneext('install'));
  assert.match(stdout, /^GEOLOCATION was set for 1 host that had none$/m);
  assert.match(stdout, /^1 host has no GEOLOCATION: oneext geolocation sync, as oneadmin, says why$/m);
  const updates = () => calls.filter((call) => call.startsWith('one.host.update'));
  assert.deepEqual(updates(), ['one.host.update 0']);
  await succeed(oneext('install'));
  assert.equal(updates().length, 1);
  await succeed(oneext('install', '--only', 'exporter'));
  assert.equal(calls.filter((call) => call === 'one.host.info 1').length, 2, 'no part, no question');
});

test('D9-plan: it counts what follows the files: places of hosts, target files, restarts that are asked for', async (t) => {
  const { made, oneext } = await startSelfContained(t);
  await succeed(oneext('install'));
  await succeed(oneext('install', '--plan'));
  const restarts = await plans(oneext('install', '--plan', '--restart'));
  assert.match(restarts.stdout, /^would:\n {2}systemctl restart opennebula$/m);

  made.write('/one/etc/oneext.yaml', 'geolocation: {static: {hosts: {kvm0: "59.3294,18.0687"}}}\n');
  const target = '/one/var/prometheus/targets/vm-7.json';
  made.write(target, '[]\n');
  const { stdout } = await plans(oneext('install', '--plan'));
  assert.equal(stdout, 'would:\n  remove 1 target file\n  set GEOLOCATION of 1 host that has none\n');
  assert.ok(made.describe().has(target.slice(1)), 'nothing was changed');
  await succeed(oneext('install'));
  assert.equal((await succeed(oneext('install', '--plan'))).stdout, 'nothing to change\n');
});
