/** migrate_tunnel with the real OpenSSH client; the hosts are SSH servers that answer as a lab's hosts did. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { assertExpectedFile } from '../support/expected.ts';
import { withFlags } from '../support/flags.ts';
import { type ProgramRun, runProgram } from '../support/program.ts';
import {
  type AnswerCommand,
  type CommandAnswer,
  type SshHost,
  startSshHost,
  writeSshClient,
} from '../support/ssh-host.ts';
import { temporaryFolder } from '../support/temporary.ts';

const document = '<VMM_DRIVER_ACTION_DATA><DEPLOY_ID>one-42</DEPLOY_ID></VMM_DRIVER_ACTION_DATA>\n';
const recording = (name: string): string => readFileSync(`test/fixtures/hypervisors/${name}`, 'utf8');

type Change = (command: string) => CommandAnswer | undefined;

/** The questions, and what a host of the lab answered. */
const recordings: readonly (readonly [string, string])[] = [
  ['-details address', 'links.json'],
  ['route show', 'routes.json'],
  ['route get', 'route-get.json'],
  ['list Bridge', 'openvswitch.txt'],
  ['getent', 'ahosts.txt'],
];

/** All else succeeds; the driver ends when all of the document has come. */
const answerAs =
  (host: string, change: Change): AnswerCommand =>
  (command, input) => {
    const changed = change(command);
    if (changed !== undefined) return changed;
    if (command.includes('/vmm/kvm/migrate one-42'))
      return input.length >= document.length
        ? { exit: 0, stdout: 'started\nended 0\n', stderr: 'from the driver\n' }
        : undefined;
    const file = recordings.find(([part]) => command.includes(part))?.[1];
    return { exit: 0, ...(file === undefined ? {} : { stdout: recording(`${host}.${file}`) }) };
  };

interface Lab {
  readonly hosts: Readonly<Record<'hostA' | 'hostB', SshHost>>;
  readonly sockets: string;
  run(words?: readonly string[], flags?: readonly string[], dryRun?: string): Promise<ProgramRun>;
}

const startLab = async (
  t: TestContext,
  changes: Partial<Record<'hostA' | 'hostB', Change>> = {},
): Promise<Lab> => {
  const unchanged: Change = () => undefined;
  const hostA = await startSshHost(t, answerAs('hostA', changes.hostA ?? unchanged));
  const hostB = await startSshHost(t, answerAs('hostB', changes.hostB ?? unchanged));
  const [folder, sockets] = [temporaryFolder(t), temporaryFolder(t)];
  writeSshClient(folder, { hostA: hostA.port, hostB: hostB.port, closed: 1 });
  const run: Lab['run'] = (words = ['one-42', 'hostB', 'hostA', '42', 'hostA'], flags = [], dryRun = '0') =>
    runProgram('dist/vmm/kvm/migrate_tunnel', {
      argv: withFlags(['--config.file=/dev/null'], [...flags, ...words]),
      stdin: Buffer.from(document).toString('base64'),
      env: { PATH: `${folder}:/usr/bin:/bin`, TMPDIR: sockets, ONEEXT_DRY_RUN: dryRun },
    });
  return { hosts: { hostA, hostB }, sockets, run };
};

/** Without the questions, whose order does not matter, and what differs from run to run. */
const changesOf = ({ commands }: SshHost): string =>
  commands
    .filter((command) => !/route (get|show)|-details|getent|list Bridge|pgrep|kvmrc/.test(command))
    .map((command) =>
      command
        .replace(/'(?:shim=\$1|bytes=\$1|said=)[\s\S]*?' migrate_tunnel/, '<script> migrate_tunnel')
        .replace(/'#!\/bin\/sh[\s\S]*?' (?=198)/, '<virsh> ')
        .replace(/"oneext [^"]*"/, '"LEASE"'),
    )
    .join('\n');

const lastLine = ({ stderr }: ProgramRun): string => stderr.trim().split('\n').at(-1) ?? '';

test('the commands that hosts get, over one connection each', async (t) => {
  const lab = await startLab(t);
  const run = await lab.run();
  assert.equal(run.code, 0, run.stderr);
  assert.equal(run.stdout, '');
  assert.match(run.stderr, /^INFO: migrate_tunnel: tunnel omig42 \(openvswitch, VNI 12582954, MTU 1450\)/);
  assert.match(run.stderr, /from the driver/);
  const { hostA, hostB } = lab.hosts;
  assert.deepEqual([hostA.connections(), hostB.connections()], [1, 1]);
  const shown = `hostA:\n${changesOf(hostA)}\n\nhostB:\n${changesOf(hostB)}\n`;
  assertExpectedFile(path.resolve('test/system/migrate-tunnel-commands.txt'), shown);
  const driver = hostA.commands.find((command) => command.includes('/vmm/kvm/migrate ')) ?? '';
  assert.equal(hostA.inputs.get(driver), document, 'the raw document, and nothing else');
  assert.deepEqual(readdirSync(lab.sockets), []);
});

test("the exit status is the driver's, and the last line says what failed", async (t) => {
  for (const exit of [1, 3, 100, 255]) {
    const fails: Change = (command) =>
      command.includes('/vmm/kvm/migrate one-42')
        ? { stdout: `started\nended ${exit}\n`, stderr: 'virsh: error\n', exit }
        : undefined;
    const lab = await startLab(t, { hostA: fails });
    const run = await lab.run();
    assert.deepEqual([run.code, run.stdout], [exit, '']);
    assert.match(lastLine(run), /^migrate_tunnel: the migration of one-42 from hostA to hostB failed with/);
    for (const host of Object.values(lab.hosts)) assert.match(changesOf(host), /del-br omig42$/);
  }
});

test('what cannot be made is an error, what was made is undone, and the driver is not started', async (t) => {
  const refused = { stderr: 'sudo: a password is required\n', exit: 1 };
  const cases: readonly (readonly ['hostA' | 'hostB', RegExp, CommandAnswer, number, RegExp])[] = [
    ['hostB', /address add/, refused, 77, /sudo on hostB does not permit sudo -n ip address add/],
    ['hostB', /add-br/, { stderr: 'no space', exit: 1 }, 1, /on hostB, .*add-br.* failed: no space/],
    ['hostB', /route add/, { stderr: 'File exists', exit: 2 }, 1, /route add .* failed: File exists/],
    ['hostB', /link set/, {}, 1, /no end within tunnel.step-timeout=1000 ms/],
    ['hostA', /^ping/, { exit: 1 }, 1, /UDP port 4789 seems to be closed/],
    ['hostA', /^ping .* -s 1422/, { exit: 1 }, 1, /packets of 1450 bytes do not pass/],
  ];
  for (const [host, pattern, answer, code, message] of cases) {
    const change: Change = (command) => (pattern.test(command) ? answer : undefined);
    const lab = await startLab(t, { [host]: change });
    const run = await lab.run(undefined, ['--tunnel.step-timeout=1s']);
    assert.deepEqual([run.code, run.stdout], [code, ''], `${pattern}: ${run.stderr}`);
    assert.match(lastLine(run), message);
    assert.doesNotMatch(changesOf(lab.hosts.hostA), /kvm\/migrate/);
    assert.match(changesOf(lab.hosts.hostA), /del-br omig42$/);
    assert.equal(/del-br/.test(changesOf(lab.hosts.hostB)), !pattern.test('add-br'), 'only what was made');
  }
});

test('tunnel.on-failure=direct migrates without a tunnel', async (t) => {
  const closed: Change = (command) => (command.startsWith('ping') ? { exit: 1 } : undefined);
  const lab = await startLab(t, { hostA: closed });
  const run = await lab.run(undefined, ['--tunnel.on-failure=direct']);
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stderr, /WARN: migrate_tunnel: no packet passes .* migrating without a tunnel/);
  const last = changesOf(lab.hosts.hostA).split('\n').at(-1) ?? '';
  assert.match(last, /<script> migrate_tunnel 79 \/var\/tmp\/one\/vmm\/kvm\/migrate one-42 hostB/);
});

test('source and destination are one host: the stock driver alone, no tunnel', async (t) => {
  const lab = await startLab(t);
  const run = await lab.run(['one-42', 'hostA', 'hostA', '42', 'hostA']);
  assert.equal(run.code, 0, run.stderr);
  assert.equal(
    changesOf(lab.hosts.hostA),
    'sh -c <script> migrate_tunnel 79 /var/tmp/one/vmm/kvm/migrate one-42 hostA hostA 42 hostA',
  );
  assert.equal(lab.hosts.hostB.connections(), 0);
});

test('a host that is down is named, and nothing is made on the other', async (t) => {
  const lab = await startLab(t);
  const run = await lab.run(['one-42', 'closed', 'hostA', '42', 'hostA']);
  assert.equal(run.code, 75);
  assert.match(run.stderr, /^migrate_tunnel: closed cannot be reached with ssh: .*refused/);
  assert.equal(changesOf(lab.hosts.hostA), '');
});

test('a dry run changes nothing; oned never takes one for a migration', async (t) => {
  const lab = await startLab(t);
  const shown = await lab.run(undefined, ['--dry-run']);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /^hostA makes omig42\n {4}sudo -n ovs-vsctl/);
  const fromEnvironment = await lab.run(undefined, [], '1');
  assert.deepEqual([fromEnvironment.code, fromEnvironment.stdout], [1, '']);
  assert.match(lastLine(fromEnvironment), /nothing was migrated/);
  for (const host of Object.values(lab.hosts)) assert.equal(changesOf(host), '');
});
