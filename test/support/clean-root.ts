/** A Debian 13 with nothing of ours and nothing of OpenNebula, for tests of packages. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { repositoryPath } from './expected.ts';
import { type Machine, startMachine } from './namespaces.ts';

/** What scripts/test-system.sh made. */
const base = repositoryPath('.cache/clean-root/trixie');

export interface CleanRoot extends Machine {
  /** Runs a program there that must succeed; what it says. */
  done(...argv: readonly string[]): Promise<string>;
  /** Runs a line of shell there that must succeed. */
  shell(line: string): Promise<string>;
  /** Every file, folder and link with its mode, owner, and what it links to. */
  list(): Promise<readonly string[]>;
}

/** What the tools write down of themselves. */
const ownRecords = ['var/lib/dpkg', 'var/lib/apt', 'var/log', 'var/lib/rpm', 'var/cache', 'root/.rpmdb'];
const prune = ownRecords.map((name) => `-path /${name} -prune -o`).join(' ');

/** In front of a command: as a login has it, without what this machine has. */
export const cleanEnvironment: readonly string[] = [
  'env',
  '-i',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'LC_ALL=C.UTF-8',
  'DEBIAN_FRONTEND=noninteractive',
];

export const startCleanRoot = async (t: TestContext): Promise<CleanRoot> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'clean-root-'));
  const script = repositoryPath('test/system/clean-root/machine.sh');
  const machine = await startMachine(t, [script, path.join(folder, 'machine'), base], () =>
    rmSync(folder, { recursive: true }),
  );
  const done = async (...argv: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await machine.run(...cleanEnvironment, ...argv);
    if (code !== 0) throw new Error(`${argv.join(' ')}: ${code}: ${stdout}${stderr}`);
    return stdout + stderr;
  };
  return {
    ...machine,
    done,
    shell: (line) => done('sh', '-c', line),
    list: async () => {
      const listed = await done('sh', '-c', `find / -xdev ${prune} -printf '%p %y %m %u:%g %l\\n'`);
      return listed.split('\n').slice(0, -1).sort();
    },
  };
};
