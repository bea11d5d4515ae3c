/** A made hypervisor as its kernel shows it: /proc, powercap and cgroups below a folder. */
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { madeUuid } from './made-energy.ts';

export interface MadeProcess {
  readonly pid: number;
  readonly startedAt?: number;
  readonly cpuSeconds: number;
  /** The number of a VM; without it, the process is none. */
  readonly vm?: number;
  /** CPU time of the cgroup, where the VM has one of its own. */
  readonly cgroupSeconds?: number;
  /** A thread of the kernel that moves packets for the process of that number. */
  readonly vhostOf?: number;
  /** Where the program's path cannot be read. */
  readonly hidesExe?: boolean;
}

export interface MadeHostFiles {
  readonly procfs: string;
  readonly sysfs: string;
  readonly putProcess: (process: MadeProcess) => void;
  readonly endProcess: (pid: number) => void;
  /** CPU seconds since the start of the host. */
  readonly putCpu: (busy: number, idle: number) => void;
  /** Joules of a zone. It comes last: what was used before is of this energy. */
  readonly putEnergy: (joules: number, folder?: string, name?: string) => void;
  readonly putBootId: (id: string) => void;
}

/** A reader sees the old text or the new one. */
const put = (file: string, text: string): void => {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
};

export const madeHostFiles = (root: string, cpus = 16): MadeHostFiles => {
  const [procfs, sysfs] = [path.join(root, 'proc'), path.join(root, 'sys')];
  return {
    procfs,
    sysfs,
    putProcess({ pid, startedAt = 100, cpuSeconds, vm, cgroupSeconds, vhostOf, hidesExe = false }) {
      const folder = path.join(procfs, String(pid));
      const user = Math.round(cpuSeconds * 100);
      const scope = `machine.slice/machine-qemu-1-one-${vm}.scope`;
      const words =
        vm === undefined
          ? ['/usr/bin/backup']
          : ['/usr/bin/qemu-kvm-one', '-name', `guest=one-${vm}`, '-uuid', madeUuid(vm)];
      const fields = `S 1 1 1 0 -1 0 0 0 0 0 ${user} 0 0 0 20 0 7 0 ${startedAt} 0 0`;
      rmSync(path.join(folder, 'exe'), { force: true });
      const name = vhostOf === undefined ? 'a (name) of it' : `vhost-${vhostOf}`;
      put(path.join(folder, 'stat'), `${pid} (${name}) ${fields}\n`);
      if (!hidesExe && vhostOf === undefined)
        symlinkSync(
          vm === undefined ? '/usr/bin/backup' : '/usr/bin/qemu-system-x86_64',
          path.join(folder, 'exe'),
        );
      put(
        path.join(folder, 'cgroup'),
        cgroupSeconds === undefined ? '0::/\n' : `0::/${scope}/libvirt/emulator\n`,
      );
      if (cgroupSeconds !== undefined)
        put(
          path.join(sysfs, 'fs/cgroup', scope, 'cpu.stat'),
          `usage_usec ${Math.round(cgroupSeconds * 1e6)}\n`,
        );
      put(path.join(folder, 'cmdline'), vhostOf === undefined ? `${words.join('\0')}\0` : '');
    },
    endProcess: (pid) => rmSync(path.join(procfs, String(pid)), { recursive: true, force: true }),
    putCpu(busy, idle) {
      const lines = Array.from({ length: cpus }, (_, cpu) => `cpu${cpu} 0 0 0 0 0 0 0 0 0 0\n`).join('');
      const ticks = [busy, idle].map((seconds) => Math.round(seconds * 100));
      put(path.join(procfs, 'stat'), `cpu  ${ticks[0]} 0 0 ${ticks[1]} 0 0 0 0 0 0\n${lines}`);
    },
    putEnergy(joules, folder = 'intel-rapl:0', name = 'package-0') {
      const zone = path.join(sysfs, 'class/powercap', folder);
      put(path.join(zone, 'name'), `${name}\n`);
      put(path.join(zone, 'max_energy_range_uj'), '262143328850\n');
      put(path.join(zone, 'energy_uj'), `${Math.round(joules * 1e6)}\n`);
    },
    putBootId: (id) => put(path.join(procfs, 'sys/kernel/random/boot_id'), `${id}\n`),
  };
};
