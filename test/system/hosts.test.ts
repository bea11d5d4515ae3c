/** oneext hosts with the real OpenSSH client; the hosts are SSH servers that run what they get with a real bash. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { readResults, startHostsLab } from '../support/hosts-lab.ts';
import { makeHost } from '../support/made-host.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { waitUntil } from '../support/tmux.ts';

/** What it does stands in the host's folder; without, it succeeds. */
const standIn = `echo "$*" >>"$HOST/calls"
if [[ $1 == status ]]; then printf 'agent: with docker, runs\\nlistens: http://127.0.0.1:8080/metrics\\nallowed: everyone that reaches it\\nmeasures: 83.2 W (Scaphandre 1.0.2)\\n'; exit 0; fi
if [[ -f $HOST/script ]]; then source "$HOST/script"; fi
echo 'start the agent with docker' >&2`;

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `kvm${at + 1}`);
const plain = (hosts: readonly string[]): Record<string, Record<string, string>> =>
  Object.fromEntries(hosts.map((name) => [name, {}]));

test('30 hosts, ten at a time: failures of every kind stop no other, and --resume does the rest', async (t) => {
  const lab = await startHostsLab(t, {
    hosts: plain(names(30)),
    others: [
      { id: 90, name: 'closed' },
      { id: 91, name: 'off', state: 8 },
      { id: 92, name: 'disabled', state: 4 },
      { id: 93, name: 'lxc', hypervisor: 'lxc' },
      { id: 94, name: '-oProxyCommand=x' },
    ],
    hostSh: standIn,
  });
  const script = (name: string, text: string): void => writeFileSync(`${lab.hostFolder(name)}/script`, text);
  script('kvm3', 'echo "error: the agent does not measure" >&2; echo "  see its log" >&2; exit 1');
  script('kvm4', 'echo "error: port is odd" >&2; exit 2');
  script('kvm5', 'echo "error: another host.sh runs on this host" >&2; exit 75');
  script('kvm6', 'echo "error: this host is a virtual machine of kvm" >&2; exit 78');
  script('kvm7', 'kill -KILL $PPID; exit');
  script('kvm8', 'echo "nothing had to be changed" >&2; exit 0');
  script('kvm9', 'exit 9');

  const first = await lab.run('install', '--port', '9100');
  assert.equal(first.code, 75, first.stderr);
  assert.ok(lab.mostAtOnce() <= 10 && lab.mostAtOnce() > 1, `${lab.mostAtOnce()} at once`);
  const expected: Record<string, string> = Object.fromEntries(names(30).map((name) => [name, 'installed']));
  Object.assign(expected, {
    kvm3: 'failed',
    kvm4: 'failed',
    kvm5: 'busy',
    kvm6: 'not supported',
    kvm7: 'failed',
    kvm8: 'unchanged',
    kvm9: 'failed',
    closed: 'unreachable',
  });
  assert.deepEqual(readResults(lab), expected);
  assert.match(first.stdout, /^kvm3 +failed +- +- +\d+ +the agent does not measure$/m);
  assert.match(first.stdout, /^kvm1 +installed +docker 1\.0\.2 +83\.2 +\d+ +-$/m);
  assert.match(first.stdout, /^closed +unreachable .*Connection refused$/m);
  assert.match(first.stdout, /^off +skipped .*offline/m);
  assert.match(first.stdout, /^disabled +skipped .*disabled/m);
  assert.match(first.stdout, /^-oProxyCommand=x +skipped .*cannot be given to ssh/m);
  assert.doesNotMatch(first.stdout, /lxc/);
  assert.match(first.stderr, /^kvm6: not supported \(\d+ s\): this host is a virtual machine of kvm$/m);
  assert.match(first.stderr, /oneext prometheus patch/);
  assert.match(first.stderr, /HOSTS_INCOMPLETE: .*--resume/);
  for (const name of names(30)) {
    assert.deepEqual(readdirSync(path.join(lab.hostFolder(name), 'tmp')), [], 'nothing is left on the host');
    assert.equal(lab.servers.get(name)?.connections(), 1);
  }
  assert.match(
    readFileSync(`${lab.hostFolder('kvm2')}/calls`, 'utf8'),
    /^install --port 9100 --host-id 2\nstatus\n$/,
  );
  assert.match(lab.readLog(), /^\d{4}-\S+Z kvm3: error: the agent does not measure$/m);
  assert.equal(statSync(lab.logFile).mode & 0o777, 0o640);

  for (const name of ['kvm3', 'kvm4', 'kvm5', 'kvm7', 'kvm9']) script(name, '');
  const resumed = await lab.run('install', '--port', '9100', '--resume', '--json');
  assert.equal(resumed.code, 75);
  const { hosts } = JSON.parse(resumed.stdout) as { hosts: { name: string; result: string }[] };
  assert.deepEqual(
    hosts
      .filter(({ result }) => !['installed', 'unchanged', 'skipped'].includes(result))
      .map(({ name }) => name),
    ['kvm6', 'closed'],
  );
  const again = names(30).filter((name) => (lab.servers.get(name)?.connections() ?? 0) > 1);
  assert.deepEqual(again, ['kvm3', 'kvm4', 'kvm5', 'kvm6', 'kvm7', 'kvm9']);

  const status = await lab.run('status', '--jobs', '25');
  assert.doesNotMatch(status.stderr, /Warning/);
  assert.match(status.stdout, /^kvm30 +docker +1\.0\.2 +83\.2 /m);
  assert.ok(lab.mostAtOnce() <= 25);

  script('kvm6', '');
  const one = await lab.run('install', '--port', '9100', '--resume', 'kvm6');
  assert.equal(one.code, 0, one.stderr);
  assert.equal(readResults(lab)['closed'], 'unreachable', 'the others of that run are still to be resumed');

  const otherOptions = await lab.run('install', '--resume', 'kvm1');
  assert.equal(otherOptions.code, 0, otherOptions.stderr);
  assert.match(otherOptions.stderr, /not those of the last run/);
  assert.equal(lab.servers.get('kvm1')?.connections(), 3, 'it is done again');
});

/** As host.sh does: what was done is undone when it is interrupted. */
const atWork = `trap 'echo undone >>"$HOST/calls"; exit 130' INT
echo "at work" >&2; echo began >>"$HOST/calls"
while :; do sleep 0.05; done`;
const until = (isSo: () => boolean): Promise<void> => waitUntil(isSo, () => `it did not come to ${isSo}`);
const callsOf = (folder: string): string =>
  existsSync(`${folder}/calls`) ? readFileSync(`${folder}/calls`, 'utf8') : '';

test('a host without an end, one that does not log in, and one whose connection breaks', async (t) => {
  const lab = await startHostsLab(t, { hosts: plain(['hangs', 'breaks', 'fine']), hostSh: standIn });
  for (const name of ['hangs', 'breaks']) writeFileSync(`${lab.hostFolder(name)}/script`, atWork);
  const run = lab.start('install', '--hosts.timeout', '3s');
  await until(() => lab.readLog().includes('breaks: at work'));
  lab.servers.get('breaks')?.breakConnections();
  assert.equal(await run.ended, 75);
  assert.match(run.output.stdout, /^hangs +failed .* no end within hosts\.timeout=3s$/m);
  assert.match(run.output.stdout, /^breaks +failed .*the connection broke/m);
  assert.match(run.output.stdout, /^fine +installed/m);
  for (const name of ['hangs', 'breaks']) {
    await until(() => callsOf(lab.hostFolder(name)).includes('undone'));
    await until(() => readdirSync(path.join(lab.hostFolder(name), 'tmp')).length === 0);
  }
});

test('Ctrl-C: hosts at work undo, no other is begun, the table is printed, --resume does the rest', async (t) => {
  const lab = await startHostsLab(t, { hosts: plain(names(6)), hostSh: standIn });
  for (const name of ['kvm2', 'kvm3']) writeFileSync(`${lab.hostFolder(name)}/script`, atWork);
  const run = lab.start('install', '--jobs', '2');
  await until(() => ['kvm2', 'kvm3'].every((name) => callsOf(lab.hostFolder(name)).includes('began')));
  run.kill('SIGINT');
  assert.equal(await run.ended, 75);
  const results = { kvm1: 'installed', kvm2: 'stopped', kvm3: 'stopped' };
  const rest = { kvm4: 'not begun', kvm5: 'not begun', kvm6: 'not begun' };
  assert.deepEqual(readResults(lab), { ...results, ...rest });
  assert.match(run.output.stdout, /^kvm2 +stopped .*ended by the operator$/m);
  assert.match(run.output.stdout, /^kvm6 +not begun/m);
  for (const name of ['kvm2', 'kvm3']) {
    assert.match(callsOf(lab.hostFolder(name)), /undone/);
    writeFileSync(`${lab.hostFolder(name)}/script`, '');
  }
  const resumed = await lab.run('install', '--resume');
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.equal(lab.servers.get('kvm1')?.connections(), 1);
  assert.deepEqual(new Set(Object.values(readResults(lab))), new Set(['installed']));
});

test('killed: hosts at work undo, and --resume does them and the rest', async (t) => {
  const lab = await startHostsLab(t, { hosts: plain(names(3)), hostSh: standIn });
  writeFileSync(`${lab.hostFolder('kvm2')}/script`, atWork);
  const run = lab.start('install', '--jobs', '1', 'kvm1', '2');
  await until(() => callsOf(lab.hostFolder('kvm2')).includes('began'));
  run.kill('SIGKILL');
  await run.ended;
  await until(() => callsOf(lab.hostFolder('kvm2')).includes('undone'));
  assert.deepEqual(readResults(lab), { kvm1: 'installed', kvm2: 'not begun' });
  writeFileSync(`${lab.hostFolder('kvm2')}/script`, '');
  const resumed = await lab.run('install', '--resume');
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.deepEqual(readResults(lab), { kvm1: 'installed', kvm2: 'installed' });
  assert.equal(lab.servers.get('kvm3')?.connections(), 0, 'it was not named');
});

test('garbage of a host reaches neither terminal nor log, and costs no other host', async (t) => {
  const garbage = `printf '\\e]0;title\\a\\e[2J\\e[31mred\\e[0m\\0\\xc2\\x9b1A\\xe2\\x80\\xaeodd\\n' >&2
head -c 300000 /dev/zero | tr '\\0' x >&2
head -c 200000 /dev/urandom; head -c 200000 /dev/urandom >&2
for ((i = 0; i < 3000; i++)); do printf 'line %s of very many lines, each of which is long enough to matter\\n' $i >&2; done
printf '\\noneext-hosts: host.sh ended with 0\\n'
printf '\\nerror: \\e[1mbold\\e[0m lie\\n' >&2; exit 1`;
  const lab = await startHostsLab(t, { hosts: plain(['odd', 'fine']), hostSh: standIn });
  writeFileSync(`${lab.hostFolder('odd')}/script`, garbage);
  const { code, stdout, stderr } = await lab.run('install');
  assert.equal(code, 75);
  assert.match(stdout, /^odd +failed .*bold lie$/m);
  assert.match(stdout, /^fine +installed/m);
  const log = lab.readLog();
  for (const text of [stdout, stderr, log]) assert.doesNotMatch(text, /[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  assert.match(log, /redodd$/m);
});

test('a user that is not root becomes it with sudo, and a sudo that asks is told', async (t) => {
  const lab = await startHostsLab(t, { hosts: plain(['kvm1', 'kvm2']), hostSh: standIn });
  const bin = (name: string): string => `${lab.hostFolder(name)}/bin`;
  for (const name of ['kvm1', 'kvm2']) mkdirSync(bin(name));
  const sudo = 'echo "sudo $1" >>"$HOST/calls"; shift; exec "$@"';
  writeFileSync(`${bin('kvm1')}/sudo`, `#!/bin/bash\n${sudo}\n`, { mode: 0o755 });
  writeFileSync(`${bin('kvm2')}/sudo`, '#!/bin/bash\necho "sudo: a password is required" >&2\nexit 1\n', {
    mode: 0o755,
  });
  const run = await lab.run('install', '--hosts.ssh-user', 'oneadmin');
  assert.equal(run.code, 75);
  assert.match(run.stdout, /^kvm2 +failed .*sudo: a password is required$/m);
  assert.match(callsOf(lab.hostFolder('kvm1')), /^sudo -n\ninstall /);
});

/** A host made of files on which the real host.sh runs, and what else remote.sh needs of a system. */
const startRealHost = async (t: TestContext) => {
  const host = makeHost();
  t.after(host.remove);
  const bin = temporaryFolder(t);
  for (const program of ['tar', 'mktemp', 'cmp', 'stat', 'chown', 'visudo']) {
    const real = execFileSync('bash', ['-c', 'type -P "$1"', '-', program], { encoding: 'utf8' }).trim();
    symlinkSync(real, path.join(bin, program));
  }
  mkdirSync(`${host.root}/etc/sudoers.d`);
  const environment = { ...host.environment, PATH: `${host.environment['PATH']}:${bin}` };
  return { host, lab: await startHostsLab(t, { hosts: { kvm1: environment } }) };
};

test('the real host.sh: plan, install, nothing to do, status, rules that somebody changed, uninstall', async (t) => {
  const { host, lab } = await startRealHost(t);
  const before = host.snapshot();
  const plan = await lab.run('install', '--plan', '--live-migrate', '--allow', '192.0.2.0/24');
  assert.equal(plan.code, 10, plan.stderr);
  assert.match(plan.stderr, /^oneext: 1 of 1 hosts would change$/m);
  assert.match(plan.stdout, /^kvm1 \(planned\)\n {2}would load the kernel modules/);
  assert.match(plan.stdout, /^ {2}would put the sudo rules of live migration into/m);
  assert.deepEqual(host.snapshot(), before);
  assert.equal(existsSync(lab.lastRunFile), false, 'a plan is no run');

  // No packet can reach the address that its name resolves to.
  const install = ['install', '--live-migrate', '--listen', '127.0.0.1', '--allow', '192.0.2.0/24'];
  const first = await lab.run(...install);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /^kvm1 +installed +docker 1\.02 +83\.2 +\d+ +-$/m);
  const rules = `${host.root}/etc/sudoers.d/opennebula-extensions`;
  assert.equal(readFileSync(rules, 'utf8'), readFileSync('dist/sudoers.d/opennebula-extensions', 'utf8'));
  assert.equal(statSync(rules).mode & 0o777, 0o440);
  const installed = host.snapshot();
  const second = await lab.run(...install);
  assert.match(second.stdout, /^kvm1 +unchanged +docker 1\.02 +83\.2 /m);
  assert.deepEqual(host.snapshot(), installed);
  const emptyPlan = await lab.run('install', '--plan', '--live-migrate');
  assert.equal(emptyPlan.code, 0, 'D9: nothing would change');
  assert.match(emptyPlan.stdout, /^kvm1 \(unchanged\)\n(?: {2}already: .*\n)+$/);

  const status = await lab.run('status');
  assert.equal(status.code, 0, status.stderr);
  assert.match(
    status.stdout,
    /^kvm1 +docker +1\.02 +83\.2 +http:\/\/127\.0\.0\.1:8080\/metrics +- +192\.0\.2\.0\/24 +-$/m,
  );

  writeFileSync(rules, '# mine\n');
  const kept = await lab.run('uninstall', '--all');
  assert.equal(kept.code, 0, kept.stderr);
  assert.match(kept.stdout, /^kvm1 +removed /m);
  assert.match(lab.readLog(), /warning: kept: \/etc\/sudoers\.d\/opennebula-extensions/);
  assert.equal(existsSync(path.dirname(path.dirname(lab.lastRunFile))), false, 'nothing is remembered');
  assert.match((await lab.run(...install)).stdout, /^kvm1 +installed /m);
  assert.equal(readFileSync(`${rules}~`, 'utf8'), '# mine\n');
  await lab.run('uninstall', 'kvm1');
  assert.equal(existsSync(rules), false);
  assert.match((await lab.run('uninstall', 'kvm1')).stdout, /^kvm1 +unchanged /m);

  const nothing = await lab.run('status', '--json');
  assert.equal(nothing.code, 1);
  const [row] = (JSON.parse(nothing.stdout) as { hosts: Record<string, unknown>[] }).hosts;
  assert.deepEqual(
    [row?.['runtime'], row?.['power_watts'], row?.['error']],
    [null, null, 'there is no agent that host.sh installed'],
  );
});

test('sudo rules that visudo does not accept change nothing', async (t) => {
  const { host, lab } = await startRealHost(t);
  writeFileSync(path.join(path.dirname(lab.program), 'sudoers.d/opennebula-extensions'), 'no rule at all\n');
  const { code, stdout } = await lab.run('install', '--live-migrate');
  assert.equal(code, 75);
  assert.match(stdout, /^kvm1 +failed .*visudo does not accept the sudo rules/m);
  assert.deepEqual(readdirSync(`${host.root}/etc/sudoers.d`), []);
});
