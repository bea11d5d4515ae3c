/** A hypervisor whose energy is known: each of its CPUs adds a fixed power, and VMs are as busy as a test says. */
import type { HostReading } from '../../power-agent/step.ts';

export interface MadeLoad {
  /** CPUs that each VM keeps busy, by the number of the VM. */
  readonly vms: Readonly<Record<number, number>>;
  /** CPUs that processes keep busy which are no VMs, whether they are in /proc or have ended. */
  readonly other?: number;
  /** VMs that have ended. */
  readonly ended?: readonly number[];
  /** Whether the counter of a package cannot be read afterwards. */
  readonly hidesEnergy?: boolean;
  /** Seconds in which the host was suspended before. */
  readonly suspended?: number;
}

export interface MadeEnergy {
  /** The host after so many seconds of this load. */
  readonly run: (seconds: number, load: MadeLoad) => HostReading;
  readonly now: () => HostReading;
}

export const madeUuid = (vm: number): string => `11111111-2222-4333-8444-${String(vm).padStart(12, '0')}`;
export const madeKey = (vm: number): string => `one-${vm}\n${madeUuid(vm)}`;

export interface MadeEnergyOptions {
  readonly cpus?: number;
  readonly idleWatts?: number;
  readonly wattsPerCpu?: number;
  /** Where the counters begin anew, in joules. */
  readonly rangeJoules?: number;
  readonly sockets?: number;
  /** What each power is multiplied by, for noise. */
  readonly noise?: () => number;
}

const ticks = (seconds: number): number => Math.floor(seconds * 100) / 100;

export const madeEnergy = (options: MadeEnergyOptions = {}): MadeEnergy => {
  const { cpus = 16, idleWatts = 60, wattsPerCpu = 5, rangeJoules = 262_143, sockets = 1 } = options;
  const vmSeconds = new Map<number, number>();
  let at = 1000;
  let suspendedFor = 0;
  let joules = 0;
  let isHidden = false;
  let busy = 0;
  let idle = 0;
  const now = (): HostReading => ({
    at,
    now: at + suspendedFor,
    cpu: {
      cpus,
      seconds: {
        user: ticks(busy),
        nice: 0,
        system: 0,
        idle: ticks(idle),
        iowait: 0,
        irq: 0,
        softirq: 0,
        steal: 0,
      },
    },
    vms: new Map(
      [...vmSeconds].map(([vm, cpuSeconds]) => [
        vm,
        { pid: vm, key: madeKey(vm), startedAt: 1, source: `/one-${vm}`, cpuSeconds },
      ]),
    ),
    meter: {
      kind: 'counters',
      counters: Array.from({ length: sockets }, (_, socket) => ({
        zone: `package-${socket}`,
        kind: 'package' as const,
        range: rangeJoules * 1e6,
        microjoules: isHidden ? undefined : Math.round(((joules / sockets) % rangeJoules) * 1e6),
      })),
    },
  });
  return {
    now,
    run(seconds, { vms, other = 0, ended = [], hidesEnergy = false, suspended = 0 }) {
      isHidden = hidesEnergy;
      for (const vm of ended) vmSeconds.delete(vm);
      suspendedFor += suspended;
      const used = other + Object.values(vms).reduce((sum, each) => sum + each, 0);
      for (const [vm, each] of Object.entries(vms))
        vmSeconds.set(Number(vm), (vmSeconds.get(Number(vm)) ?? 0) + each * seconds);
      at += seconds;
      busy += used * seconds;
      idle += (cpus - used) * seconds;
      joules += (idleWatts + wattsPerCpu * used) * seconds * (options.noise?.() ?? 1);
      return now();
    },
  };
};
