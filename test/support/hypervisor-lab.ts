/** A hypervisor of its own, by namespaces of the kernel, for tests that run as root. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
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

export const startHypervisorLab = async (t: TestContext): Promise<HypervisorLab> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hypervisor-lab-'));
  const name = path.basename(folder);
  const shim = path.join(folder, 'no-modules.so');
  execFileSync('gcc', ['-shared', '-fPIC', '-O2', '-o', shim, labPath('no-modules.c'), '-ldl']);
  const script = [labPath('lab.sh'), path.join(folder, 'lab'), repositoryPath('.'), shim] as const;
  const { run, put } = await startMachine(t, script, () => {
    rmSync(folder, { recursive: true });
    // The kernel's control groups know no layers: what a Docker daemon made there stays when it is gone.
    execFileSync('find', ['/sys/fs/cgroup', '-depth', '-path', `*/${name}*`, '-type', 'd', '-delete']);
  });
  return { name, run, put };
};
