/** A hypervisor of its own, by namespaces of the kernel, for tests that run as root. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { collectOutput } from './child-output.ts';
import { repositoryPath } from './expected.ts';

export interface LabRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HypervisorLab {
  /** Of this lab alone: several may run at the same time. */
  readonly name: string;
  /** Runs a program on it to its end. */
  run(...argv: readonly string[]): Promise<LabRun>;
  /** Copies a file of the machine onto it. */
  put(source: string, target: string): Promise<void>;
}

const labPath = (name: string): string => repositoryPath('test/system/hypervisor-lab', name);

/** What scripts/test-system.sh fetched. */
export const scaphandrePackage = repositoryPath('.cache/scaphandre/scaphandre.deb');

const runToEnd = (file: string, argv: readonly string[], stdin?: Buffer): Promise<LabRun> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, argv, { timeout: 200_000 });
    const output = collectOutput(child);
    child.once('error', reject);
    // Not `close`: daemons that it started may hold its output open.
    child.once('exit', (code) => setImmediate(() => resolve({ code, ...output })));
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });

export const startHypervisorLab = async (t: TestContext): Promise<HypervisorLab> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hypervisor-lab-'));
  const name = path.basename(folder);
  const shim = path.join(folder, 'no-modules.so');
  execFileSync('gcc', ['-shared', '-fPIC', '-O2', '-o', shim, labPath('no-modules.c'), '-ldl']);
  const namespaces = ['--mount', '--net', '--pid', '--uts', '--ipc'];
  const child = spawn(
    'unshare',
    [
      ...namespaces,
      '--fork',
      '--kill-child',
      labPath('lab.sh'),
      path.join(folder, 'lab'),
      repositoryPath('.'),
      shim,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  t.after(async () => {
    child.stdin.end();
    await ended;
    rmSync(folder, { recursive: true });
    // The kernel's control groups know no layers: what a Docker daemon made there stays when it is gone.
    execFileSync('find', ['/sys/fs/cgroup', '-depth', '-path', `*/${name}*`, '-type', 'd', '-delete']);
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the lab ended: ${code}`)));
  });
  const first = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  const enter = ['--target', first, ...namespaces, '--'];
  const run = (...argv: readonly string[]): Promise<LabRun> => runToEnd('nsenter', [...enter, ...argv]);
  return {
    name,
    run,
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
