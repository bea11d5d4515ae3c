/** What an operator sees of `oneext hosts install`, in a real terminal. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { displayWidthOf } from '../../lib/text/display-text.ts';
import { type HostsLab, readResults, startHostsLab } from '../support/hosts-lab.ts';
import { startTerminal, type TmuxTerminal, waitUntil } from '../support/tmux.ts';

/** It goes on once the host's folder has a file `go`. */
const standIn = `if [[ $1 == status ]]; then
  printf 'agent: with docker, runs\\nmeasures: 83.2 W (Scaphandre 1.02)\\n'
  exit
fi
trap 'exit 130' INT
printf 'pull \\e[31mdocker.io/hubblo/scaphandre:1.0.2, a line that is longer than every terminal on which it is shown\\n' >&2
until [[ -f $HOST/go ]]; do sleep 0.05; done
source "$HOST/go"`;

const names = [
  'kvm1',
  'kvm2',
  'kvm3',
  'kvm-with-a-name-that-is-longer-than-most.example.com',
  'kvm5',
  'kvm6',
];

const start = async (t: TestContext): Promise<{ lab: HostsLab; terminal: TmuxTerminal }> => {
  const hosts = Object.fromEntries(names.map((name) => [name, {}]));
  const lab = await startHostsLab(t, { hosts, hostSh: standIn });
  return { lab, terminal: await startTerminal(t, lab.env) };
};

const release = (lab: HostsLab, name: string, script = ''): void =>
  writeFileSync(`${lab.hostFolder(name)}/go`, script);

const command = (lab: HostsLab): string => `clear; ${process.execPath} ${lab.program} hosts install --jobs 4`;

/** Elapsed seconds differ from run to run. */
const steady = (screen: string): string => screen.replaceAll(/ \d+s(?= |$)/gm, ' Ns').trimEnd();

test('a run in progress, what fails above it, and the table at the end', async (t) => {
  const { lab, terminal } = await start(t);
  terminal.enter(command(lab));
  const first = await terminal.waitFor((screen) => screen.split('pull docker').length === 5);
  assert.equal(
    steady(first),
    `0 done, 0 failed, 4 running, 2 waiting
kvm1                           Ns  pull docker.io/hubblo/scaphandre:1.0.2, a l~
kvm2                           Ns  pull docker.io/hubblo/scaphandre:1.0.2, a l~
kvm3                           Ns  pull docker.io/hubblo/scaphandre:1.0.2, a l~
kvm-with-a-name-that-is-l~     Ns  pull docker.io/hubblo/scaphandre:1.0.2, a l~`,
  );
  assert.equal(terminal.ask('#{cursor_flag}'), '0');
  release(lab, 'kvm2', 'echo "error: the agent does not measure" >&2; exit 1');
  release(lab, 'kvm1');
  const second = await terminal.waitFor(/^1 done, 1 failed, 4 running, 0 waiting\n(?:.*pull docker.*\n){4}/m);
  assert.match(steady(second), /^kvm2: failed \(\d+ s\): the agent does not measure\n1 done, 1 failed/);
  terminal.resize(132, 24);
  for (const name of names) release(lab, name);
  const end = await terminal.waitFor(/HOSTS_INCOMPLETE.*\n(?:.+\n)*shell>/);
  assert.match(
    end,
    /^HOST +RESULT +AGENT +WATTS +SECONDS +LAST ERROR\nkvm1 +installed +docker 1\.02 +83\.2 +\d+ +-$/m,
  );
  assert.doesNotMatch(end, /running/, 'what was drawn is gone');
  assert.equal(terminal.ask('#{cursor_flag}'), '1');
});

test('a narrow and low terminal: nothing wraps, nothing scrolls', async (t) => {
  const { lab, terminal } = await start(t);
  terminal.resize(32, 5);
  terminal.enter(command(lab));
  const screen = await terminal.waitFor(/and 2 more/);
  assert.match(screen, /^0 done, 0 failed, 4 running, 2~\nkvm1 +\d+s/);
  for (const line of screen.split('\n')) assert.ok(displayWidthOf(line) <= 32, line);
  terminal.resize(80, 24);
  await terminal.waitFor(/^kvm-with-a-name/m);
  for (const name of names) release(lab, name);
  await terminal.waitFor(/^kvm6 +installed/m);
});

test('Ctrl-C: it waits for the hosts at work, prints the table and gives the terminal back', async (t) => {
  const { lab, terminal } = await start(t);
  terminal.enter(command(lab));
  await terminal.waitFor((screen) => screen.split('pull docker').length === 5);
  terminal.press('C-c');
  const end = await terminal.waitFor(/HOSTS_INCOMPLETE(?:.|\n)*shell>/);
  assert.match(end, /^kvm1 +stopped +.*$/m);
  assert.match(end, /^kvm6 +not begun +/m);
  assert.match(end.replaceAll('\n', ''), /--resume/);
  assert.equal(terminal.ask('#{cursor_flag}'), '1');
  assert.deepEqual(Object.values(readResults(lab)).sort(), [
    'not begun',
    'not begun',
    'stopped',
    'stopped',
    'stopped',
    'stopped',
  ]);
});

test('Ctrl-C twice leaves hosts that do not end to themselves', async (t) => {
  const { lab, terminal } = await start(t);
  terminal.enter(`${command(lab)} kvm1`);
  await terminal.waitFor(/pull docker/);
  release(lab, 'kvm1', `trap '' INT; echo stubborn >&2; until [[ -f $HOST/end ]]; do sleep 0.05; done`);
  await terminal.waitFor(/stubborn/);
  terminal.press('C-c');
  await terminal.waitFor(/stopping: .* Ctrl-C again/);
  terminal.press('C-c');
  const end = await terminal.waitFor(/HOSTS_INCOMPLETE(?:.|\n)*shell>/);
  writeFileSync(`${lab.hostFolder('kvm1')}/end`, '');
  await waitUntil(
    () => lab.running() === 0,
    () => `${lab.running()} commands still run`,
  );
  assert.match(end.replaceAll('\n', ''), /kvm1 +stopped .*it may still be running there/);
});

test('the terminal goes away: hosts at work undo, and what has happened is remembered', async (t) => {
  const { lab, terminal } = await start(t);
  terminal.enter(command(lab));
  await terminal.waitFor((screen) => screen.split('pull docker').length === 5);
  terminal.hangUp();
  await waitUntil(
    () => Object.values(readResults(lab)).filter((result) => result === 'stopped').length === 4,
    () => JSON.stringify(readResults(lab)),
  );
});
