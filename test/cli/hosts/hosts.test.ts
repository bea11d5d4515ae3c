/** `oneext hosts` at the door: what is refused before any host is reached. What hosts do is in test/system. */
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { startHostsLab } from '../../support/hosts-lab.ts';

const others = [
  { id: 0, name: 'kvm0' },
  { id: 1, name: 'lxc1', hypervisor: 'lxc' },
  { id: 2, name: '-oProxyCommand=x' },
];

test('all that is wrong is told at once, and nothing is done', async (t) => {
  const lab = await startHostsLab(t, { hosts: {}, others });
  for (const [argv, code, message] of [
    [
      ['install', '--jobs', '0', '--port', '', '--plan', '--resume'],
      2,
      /--port is "" but .*; --jobs is "0" .*; --plan and/,
    ],
    [['install', '--allow', ''], 2, /--allow is "" but must be at least one character/],
    [['install', '--jobs', '101'], 2, /--jobs is "101" but must be a number from 1 to 100/],
    [['uninstall'], 2, /name the hosts, or give --all/],
    [['uninstall', '--all', 'kvm0'], 2, /--all and names of hosts do not go together/],
    [
      ['install', 'kvm8', '9', 'lxc1', '2', 'kvm0'],
      2,
      /no host "kvm8", "9"; "lxc1" is not a KVM host; host 2: its name/,
    ],
    [['status', 'kvm8'], 2, /OpenNebula has no host "kvm8"/],
    [['install', '--resume'], 1, /HOSTS_NOTHING_TO_RESUME/],
    [['install', '--hosts.ssh-user=-x'], 78, /hosts\.ssh-user is "-x" but must be the name of a user/],
    [['install', '--hosts.timeout', 'soon'], 78, /hosts\.timeout is "soon"/],
  ] as const) {
    const run = await lab.run(...argv);
    assert.equal(run.code, code, run.stderr);
    assert.match(run.stderr, message);
    assert.equal(run.stdout, '');
  }
  assert.equal(existsSync(lab.lastRunFile), false);
});

test('no host to work on is no failure', async (t) => {
  const lab = await startHostsLab(t, { hosts: {}, others: others.slice(1, 2) });
  const run = await lab.run('install');
  assert.deepEqual(
    [run.code, run.stdout],
    [0, 'HOST  RESULT  AGENT  WATTS  SECONDS  LAST ERROR\n'],
    run.stderr,
  );
  assert.match(run.stderr, /^None of OpenNebula's hosts \(1\) is a KVM host\.$/m);
});

test('an executable without its installer says what it misses', async (t) => {
  const lab = await startHostsLab(t, { hosts: {}, others });
  rmSync(path.join(path.dirname(lab.program), 'host-installer'), { recursive: true });
  const run = await lab.run('status');
  assert.equal(run.code, 78);
  assert.match(run.stderr, /cannot be read from \S+\/host-installer: ENOENT[\s\S]*HOSTS_INSTALLER_MISSING/);
});
