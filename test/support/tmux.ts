/** A terminal of our own, as a person has it: a shell in tmux, on a socket that nobody else knows. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';

export interface TmuxTerminal {
  /** Keys by tmux' names (`Enter`, `C-c`, `PageDown`), or text. */
  press(...keys: readonly string[]): void;
  /** A line for the shell. */
  enter(command: string): void;
  /** The lines that are seen, without blanks at their ends. */
  screen(): string;
  /** With the sequences for colours and manners. */
  styledScreen(): string;
  /** A format of tmux: `#{alternate_on}`. */
  ask(format: string): string;
  resize(columns: number, rows: number): void;
  /** Closes the terminal, as a lost connection does. */
  hangUp(): void;
  /** The screen, once it is as wanted; fails with what is seen after ten seconds. */
  waitFor(what: RegExp | ((screen: string) => boolean)): Promise<string>;
}

const waitAtMostMs = 10_000;
const lookEveryMs = 30;

export const waitUntil = async (isDone: () => boolean, describe: () => string): Promise<void> => {
  const deadline = Date.now() + waitAtMostMs;
  while (!isDone()) {
    if (Date.now() > deadline) throw new Error(describe());
    await wait(lookEveryMs);
  }
};

/** Those that have ended and were not asked about are none. */
const runningProcesses = (): readonly { readonly pid: string; readonly session: string }[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, , , session = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return state === 'Z' ? [] : [{ pid, session }];
      } catch {
        return []; // it has ended meanwhile
      }
    });

export const startTerminal = async (
  t: TestContext,
  environment: Readonly<Record<string, string>>,
): Promise<TmuxTerminal> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'oneext-tmux-'));
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    LANG: 'C.UTF-8',
    ...environment,
  };
  const tmux = (...argv: readonly string[]): string => {
    const run = spawnSync('tmux', ['-S', path.join(folder, 'socket'), ...argv], { env, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`tmux ${argv.join(' ')}: ${run.stderr}`);
    return run.stdout;
  };
  const rcFile = path.join(folder, 'bashrc');
  writeFileSync(rcFile, "PS1='shell> '\n");
  const size = ['-x', '80', '-y', '24'];
  tmux('-f', '/dev/null', 'new-session', '-d', ...size, `bash --noprofile --rcfile ${rcFile}`);
  const [server = '', shell = ''] = tmux('display-message', '-p', '#{pid} #{pane_pid}').trim().split(' ');
  t.after(async () => {
    spawnSync('tmux', ['-S', path.join(folder, 'socket'), 'kill-server']);
    // What still runs may write into the folder: the server, the shell (its history) and what it started.
    const left = (): readonly string[] =>
      runningProcesses().flatMap(({ pid, session }) => (pid === server || session === shell ? [pid] : []));
    await waitUntil(
      () => left().length === 0,
      () => `the terminal is closed, and ${left().join(' ')} still run`,
    );
    rmSync(folder, { recursive: true, force: true });
  });
  const screen = (): string => tmux('capture-pane', '-p').replaceAll(/ +$/gm, '');
  const terminal: TmuxTerminal = {
    press: (...keys) => void tmux('send-keys', ...keys),
    enter: (command) => void tmux('send-keys', command, 'Enter'),
    screen,
    styledScreen: () => tmux('capture-pane', '-p', '-e'),
    ask: (format) => tmux('display-message', '-p', format).trimEnd(),
    resize: (columns, rows) => void tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`),
    hangUp: () => void tmux('kill-session'),
    async waitFor(what) {
      const isWanted = (seen: string): boolean => (what instanceof RegExp ? what.test(seen) : what(seen));
      await waitUntil(
        () => isWanted(screen()),
        () => `${what} is not what is seen:\n${screen()}`,
      );
      return screen();
    },
  };
  await terminal.waitFor(/^shell>$/m);
  return terminal;
};
