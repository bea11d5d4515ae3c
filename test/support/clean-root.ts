/** A Debian with nothing of ours, nothing of OpenNebula and no Node, for tests of packages. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { repositoryPath } from './expected.ts';
import { type Machine, startMachine } from './namespaces.ts';
import type { Packages } from './packages.ts';

/** What scripts/test-system.sh made. */
export type Release = 'bookworm' | 'trixie';
const baseOf = (release: Release): string => repositoryPath(`.cache/clean-root/${release}-without-node`);
const onedConf = repositoryPath('test/front-end-installer/testcases/as-in-7.4/input.conf');

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

export const startCleanRoot = async (t: TestContext, release: Release): Promise<CleanRoot> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'clean-root-'));
  const script = repositoryPath('test/system/clean-root/machine.sh');
  const machine = await startMachine(t, [script, path.join(folder, 'machine'), baseOf(release)], () =>
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

/**
 * A clean root as OpenNebula's packages leave it, and our packages as /tmp/ours.deb and /tmp/ours.rpm. The `node` in its
 * PATH fails, and says so in /tmp/node-was-called.
 */
export const startFrontEndRoot = async (
  t: TestContext,
  packages: Packages,
  release: Release = 'trixie',
): Promise<CleanRoot> => {
  const root = await startCleanRoot(t, release);
  await root.put(packages.deb, '/tmp/ours.deb');
  await root.put(packages.rpm, '/tmp/ours.rpm');
  await root.put(onedConf, '/tmp/oned.conf');
  await root.shell(`useradd --system --create-home --home-dir /var/lib/one oneadmin
    install -d -m 750 -g oneadmin /etc/one
    install -m 640 -g oneadmin /tmp/oned.conf /etc/one
    install -d -o oneadmin -g oneadmin /var/lib/one/remotes
    install -d /usr/lib/systemd/system
    printf '#!/bin/sh\\necho "$0 $*" >>/tmp/node-was-called\\nexit 99\\n' >/usr/local/bin/node
    chmod 755 /usr/local/bin/node
    printf '[Service]\\nExecStart=/usr/bin/false\\n' >/usr/lib/systemd/system/opennebula-exporter.service`);
  return root;
};

/** Those of the first that are not among the second. */
export const difference = (some: readonly string[], others: readonly string[]): readonly string[] => {
  const known = new Set(others);
  return some.filter((one) => !known.has(one));
};
