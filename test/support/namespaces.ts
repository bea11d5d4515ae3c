/** A machine of its own, by namespaces of the kernel, for tests that run as root. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { collectOutput } from './child-output.ts';

export interface MachineRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const runToEnd = (file: string, argv: readonly string[], stdin?: string | Buffer): Promise<MachineRun> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, argv, { timeout: 200_000 });
    const output = collectOutput(child);
    child.once('error', reject);
    // Not `close`: daemons that it started may hold its output open.
    child.once('exit', (code) => setImmediate(() => resolve({ code, ...output })));
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });

export interface Machine {
  /** Its first process. */
  readonly pid: string;
  /** Arguments of nsenter with which a program gets there. */
  readonly enter: readonly string[];
  /** Runs a program there to its end. */
  run(...argv: readonly string[]): Promise<MachineRun>;
  /** Copies a file of this machine to there. */
  put(source: string, target: string): Promise<void>;
}

/** @param script prepares the machine, says `ready`, and ends when its stdin closes. @param afterwards when it has ended */
export const startMachine = async (
  t: TestContext,
  script: readonly [string, ...string[]],
  afterwards: () => void,
): Promise<Machine> => {
  const namespaces = ['--mount', '--net', '--pid', '--uts', '--ipc'];
  const child = spawn('unshare', [...namespaces, '--fork', '--kill-child', ...script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  t.after(async () => {
    child.stdin.end();
    await ended;
    afterwards();
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the machine ended: ${code}`)));
  });
  const pid = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  const enter = ['--target', pid, ...namespaces, '--'];
  return {
    pid,
    enter,
    run: (...argv) => runToEnd('nsenter', [...enter, ...argv]),
    put: async (source, target) => {
      const { code, stderr } = await runToEnd(
        'nsenter',
        [...enter, 'bash', '-c', 'rm -f "$1" && cat >"$1" && chmod 755 "$1"', '-', target],
        readFileSync(source),
      );
      if (code !== 0) throw new Error(`${target}: ${stderr}`);
    },
  };
};
