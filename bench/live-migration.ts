/** What a tunnel of its own costs a migration: real hypervisors on one machine, the same guest, the same cable. */
import { existsSync } from 'node:fs';
import { startMigrationLab } from '../simulator/migration-lab/lab.ts';
import { atMost, type Bench, formatMs, medianOf, timeMs } from './measure.ts';

const rounds = 3;
const id = 42;
/** A driver that does nothing: what is left is the tunnel, up and down. */
const idleDriver = '/var/tmp/idle/vmm/kvm/migrate';

const isInstalled = (program: string): boolean => existsSync(`/usr/sbin/${program}`);

export const createLiveMigration = (): Bench => ({
  name: 'live-migration',
  method: `Needs root and the packages of scripts/test-system.sh. Two hosts of simulator/migration-lab (QEMU under
software emulation, libvirt, Open vSwitch's userspace datapath) on a cable of 200 Mbit/s; a guest with 96 MiB of random
memory goes there through migrate_tunnel, as oned starts it, and back with the driver alone over ssh, three rounds,
medians. Tunnel up and down: migrate_tunnel as a whole (Node, ssh, survey, tunnel, probe, removal) with a driver that
does nothing.`,
  async run() {
    const isPossible = process.getuid?.() === 0 && ['libvirtd', 'ovs-vswitchd'].every(isInstalled);
    if (!isPossible) {
      const ours = 'not measured: it needs root and the packages of scripts/test-system.sh';
      return [{ what: 'a migration through its tunnel', ours, comparedWith: '' }];
    }
    const ends: (() => void)[] = [];
    const lab = startMigrationLab({ after: (end) => ends.push(end) }, { rate: '200mbit' });
    const migrate = async (flags: readonly string[] = []): Promise<void> => {
      const migration = lab.startMigration(id, 'hostA', 'hostB', flags);
      if ((await migration.ended) !== 0) throw new Error(migration.output().stderr);
    };
    try {
      await lab.startGuest({ host: 'hostA', id });
      const script = `mkdir -p ${idleDriver.replace(/\/migrate$/, '')}; printf '#!/bin/sh\\n' > ${idleDriver}; chmod 755 ${idleDriver}`;
      lab.root('hostA', 'sh', '-c', script);
      const times: Record<'through' | 'directly' | 'tunnel', number[]> = {
        through: [],
        directly: [],
        tunnel: [],
      };
      for (let round = 0; round < rounds; round += 1) {
        times.tunnel.push(await timeMs(() => migrate(['--tunnel.remotes=/var/tmp/idle'])));
        times.through.push(await timeMs(() => migrate()));
        times.directly.push(await timeMs(() => lab.migrateDirectly(id, 'hostB', 'hostA')));
      }
      const [through, directly, tunnel] = [times.through, times.directly, times.tunnel].map(medianOf);
      const ratio = (through ?? 0) / (directly ?? 0);
      return [
        {
          what: 'a migration through its tunnel',
          ours: formatMs(through ?? 0),
          comparedWith: `without: ${formatMs(directly ?? 0)}`,
          ratio,
          target: atMost(1.3, ratio),
        },
        {
          what: 'tunnel up and down',
          ours: formatMs(tunnel ?? 0),
          comparedWith: '',
          target: atMost(1500, tunnel ?? 0, 'ms'),
        },
      ];
    } finally {
      for (const end of ends) end();
    }
  },
});
