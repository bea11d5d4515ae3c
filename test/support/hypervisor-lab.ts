/** A hypervisor of its own, by namespaces of the kernel, for tests that run as root. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { repositoryPath } from './expected.ts';
import { type Machine, startMachine } from './namespaces.ts';

export interface HypervisorLab extends Pick<Machine, 'run' | 'put'> {
  /** Of this lab alone: several may run at the same time. */
  readonly name: string;
}

const labPath = (name: string): string => repositoryPath('test/system/hypervisor-lab', name);

/** What scripts/test-system.sh fetched. */
export const scaphandrePackage = repositoryPath('.cache/scaphandre/scaphandre.deb');

/** E1: what a machine has that is a hypervisor already, or was one. No test may depend on its absence. */
const usedHypervisor: Readonly<Record<string, string>> = {
  'usr/bin/qemu-kvm-one': '#!/bin/sh\nexit 70\n',
  'etc/opennebula-extensions/power-agent.nft': 'no rules of nftables\n',
  'etc/systemd/system/opennebula-power-agent.service': '[Service]\nExecStart=/bin/false\n',
  'etc/sudoers.d/opennebula-extensions': 'no rules of sudo\n',
  'etc/docker/daemon.json': '{"storage-driver": "none"}\n',
  'var/lib/opennebula-extensions/power-agent': 'runtime=podman\nport=9999\nallow=203.0.113.0/24\n',
};

const putUsedHypervisor = (folder: string): void => {
  for (const [name, text] of Object.entries(usedHypervisor)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text, { mode: name.includes('bin/') ? 0o755 : 0o644 });
  }
};

export const startHypervisorLab = async (t: TestContext): Promise<HypervisorLab> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hypervisor-lab-'));
  const name = path.basename(folder);
  const shim = path.join(folder, 'no-modules.so');
  execFileSync('gcc', ['-shared', '-fPIC', '-O2', '-o', shim, labPath('no-modules.c'), '-ldl']);
  const besides = path.join(folder, 'besides');
  putUsedHypervisor(besides);
  const script = [labPath('lab.sh'), path.join(folder, 'lab'), repositoryPath('.'), shim, besides] as const;
  const { run, put } = await startMachine(t, script, () => {
    rmSync(folder, { recursive: true });
    // The kernel's control groups know no layers: what a Docker daemon made there stays when it is gone.
    execFileSync('find', ['/sys/fs/cgroup', '-depth', '-path', `*/${name}*`, '-type', 'd', '-delete']);
  });
  return { name, run, put };
};
