/**
 * A small cloud as a function of time: VMs come, go and migrate, and their power moves.
 *
 * Pure and deterministic: the same settings and the same moment give the same cloud, so that front-end and
 * agents agree without talking to each other.
 */

export interface CloudSettings {
  readonly hosts: number;
  /** VMs at any moment. */
  readonly vms: number;
  /** How long a VM lives, in seconds, on average. */
  readonly lifetimeSeconds: number;
  /** How long a migration takes, in seconds. */
  readonly migrationSeconds: number;
}

export interface SimulatedVm {
  readonly id: number;
  readonly state: number;
  readonly lcmState: number;
  /** Its host, or where it migrates to. */
  readonly hostId: number;
  /** Where it migrates from. */
  readonly sourceHostId: number | undefined;
  readonly memoryMebibytes: number;
  readonly vcpus: number;
  readonly flavours: string | undefined;
  readonly startTime: number;
  /** Share of its host's capacity, 0 to 1. */
  readonly load: number;
  /** What that sums to since its start, in seconds of its host's capacity. */
  readonly loadSeconds: number;
}

export interface SimulatedHost {
  readonly id: number;
  readonly name: string;
  readonly state: number;
  readonly powerMicrowatts: number;
  readonly energyMicrojoules: number;
}

/** A number from 0 to 1 that depends on nothing but its arguments. */
export const chance = (...seeds: readonly number[]): number => {
  let hash = 0x811c9dc5;
  for (const seed of seeds) {
    hash = Math.imul(hash ^ (seed | 0), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3ce5);
    hash ^= hash >>> 13;
  }
  return (hash >>> 0) / 2 ** 32;
};

const idleMicrowatts = 60e6;
const dynamicMicrowatts = 140e6;
export const meanMicrowatts = idleMicrowatts + dynamicMicrowatts / 2;
const monitored = 2;
const disabled = 4;

const statesOf = (id: number, age: number, migrating: boolean): { state: number; lcmState: number } => {
  if (age < 2) return { state: 3, lcmState: 2 }; // booting
  if (migrating) return { state: 3, lcmState: 4 };
  const kind = chance(id, 7);
  if (kind < 0.04) return { state: 8, lcmState: 0 }; // powered off
  if (kind < 0.06) return { state: 1, lcmState: 0 }; // pending
  return { state: 3, lcmState: 3 };
};

const vmOfSlot = (settings: CloudSettings, slot: number, time: number): SimulatedVm => {
  const lifetime = settings.lifetimeSeconds * (0.5 + chance(slot, 1));
  const elapsed = time + chance(slot, 2) * lifetime;
  const generation = Math.floor(elapsed / lifetime);
  const age = elapsed - generation * lifetime;
  const id = generation * settings.vms + slot;
  const first = Math.floor(chance(id, 3) * settings.hosts);
  const second = Math.floor(chance(id, 4) * settings.hosts);
  const migratesAt = lifetime * (0.3 + 0.4 * chance(id, 5));
  const migrates = settings.hosts > 1 && first !== second && chance(id, 6) < 0.5;
  const migrating = migrates && age >= migratesAt && age < migratesAt + settings.migrationSeconds;
  const { state, lcmState } = statesOf(id, age, migrating);
  const share = settings.hosts / Math.max(settings.vms, settings.hosts);
  const period = 5 + 20 * chance(id, 8);
  const wave = 0.5 + 0.4 * Math.sin(elapsed / period);
  /** The integral of the wave. */
  const waved = (at: number): number => 0.5 * at - 0.4 * period * Math.cos(at / period);
  const mostLoad = Math.min(0.4 * share, 0.05);
  return {
    id,
    state,
    lcmState,
    hostId: migrates && age >= migratesAt ? second : first,
    sourceHostId: migrating && state === 3 ? first : undefined,
    memoryMebibytes: 512 * 2 ** Math.floor(chance(id, 9) * 5),
    vcpus: 1 + Math.floor(chance(id, 10) * 8),
    flavours: chance(id, 11) < 0.3 ? String(Math.floor(chance(id, 12) * 2500)) : undefined,
    startTime: Math.floor(time - age),
    load: mostLoad * wave,
    loadSeconds: mostLoad * (waved(elapsed) - waved(elapsed - age)),
  };
};

/** All VMs at a moment (seconds), newest first as oned lists them. */
export const vmsAt = (settings: CloudSettings, time: number): readonly SimulatedVm[] =>
  Array.from({ length: settings.vms }, (_, slot) => vmOfSlot(settings, slot, time)).sort(
    (a, b) => b.id - a.id,
  );

/** Whether the VM has a process on the host: on both ends while it migrates. */
export const runsOn = (vm: SimulatedVm, hostId: number): boolean =>
  vm.state === 3 && (vm.hostId === hostId || vm.sourceHostId === hostId);

export const hostsAt = (settings: CloudSettings, time: number): readonly SimulatedHost[] =>
  Array.from({ length: settings.hosts }, (_, id) => {
    const wave = 0.5 + 0.4 * Math.sin(time / 30 + id);
    const powerMicrowatts = Math.round(idleMicrowatts + dynamicMicrowatts * wave);
    return {
      id,
      name: `kvm${String(id).padStart(3, '0')}`,
      state: id % 50 === 49 ? disabled : monitored,
      powerMicrowatts,
      energyMicrojoules: Math.round((time + 1000) * meanMicrowatts),
    };
  }).sort((a, b) => b.id - a.id);
