/** Which hosts could be emptied onto which others, by OpenNebula's own capacity and requirements. */
import { type AttributeOf, meetsRequirements } from '../../lib/one/requirements.ts';

export interface AdvisedVm {
  readonly id: number;
  readonly name: string;
  /** What OpenNebula has reserved: hundredths of a CPU, and KiB. */
  readonly cpu: number;
  readonly memory: number;
  /** Each must hold. */
  readonly requirements: readonly string[];
  /** Why it cannot be moved while it runs. */
  readonly staysBecause: string | undefined;
}

export interface AdvisedHost {
  readonly id: number;
  readonly name: string;
  readonly clusterId: number;
  /** It is on, enabled and monitored: VMs may come and go. */
  readonly isInUse: boolean;
  /** What VMs may reserve, and what they have: hundredths of a CPU, and KiB. */
  readonly cpu: number;
  readonly memory: number;
  readonly usedCpu: number;
  readonly usedMemory: number;
  readonly attributeOf: AttributeOf;
  readonly vms: readonly AdvisedVm[];
  /** What it draws when it is idle, in watts; `undefined` where that is not known. */
  readonly idleWatts: number | undefined;
  /** In grams of CO2 per kWh. */
  readonly carbonIntensity: number | undefined;
  readonly pricePerKwh: number | undefined;
}

export interface Move {
  readonly vm: AdvisedVm;
  readonly to: AdvisedHost;
}
/** A host that could be switched off, and what that would take; nothing where it is empty already. */
export interface Emptying {
  readonly host: AdvisedHost;
  readonly moves: readonly Move[];
}
export interface Advice {
  readonly emptyings: readonly Emptying[];
  /** Hosts with VMs that stay on, and why. */
  readonly staying: readonly { readonly host: AdvisedHost; readonly because: string }[];
}

/** Where a VM may go while others go as well. */
interface Room {
  readonly host: AdvisedHost;
  cpu: number;
  memory: number;
}

const isAllowed = (vm: AdvisedVm, host: AdvisedHost): boolean =>
  vm.requirements.every((one) => meetsRequirements(one, host.attributeOf) === true);

const shareOf = ({ usedCpu, usedMemory, cpu, memory }: AdvisedHost): number =>
  Math.max(cpu > 0 ? usedCpu / cpu : 0, memory > 0 ? usedMemory / memory : 0);

/** The fullest that still has room: the others may be emptied, too. */
const placeFor = (vm: AdvisedVm, rooms: readonly Room[]): Room | undefined =>
  rooms
    .filter(({ host, cpu, memory }) => vm.cpu <= cpu && vm.memory <= memory && isAllowed(vm, host))
    .sort((a, b) => a.memory - b.memory || a.host.id - b.host.id)[0];

/** All VMs of the host, the largest first; the name of one that finds no place. */
const movesOf = (host: AdvisedHost, rooms: readonly Room[]): readonly Move[] | string => {
  const moves: Move[] = [];
  const trial = rooms.map((room) => ({ ...room }));
  for (const vm of [...host.vms].sort((a, b) => b.memory - a.memory || b.cpu - a.cpu || a.id - b.id)) {
    const place = placeFor(vm, trial);
    if (place === undefined) return `no other host may take VM ${vm.id}, or has room for it`;
    place.cpu -= vm.cpu;
    place.memory -= vm.memory;
    moves.push({ vm, to: place.host });
  }
  for (const [at, { cpu, memory }] of trial.entries()) Object.assign(rooms[at] ?? {}, { cpu, memory });
  return moves;
};

/**
 * Hosts with the least on them are emptied first, of those the ones that draw most when they are idle; a host that
 * takes VMs stays on. In a cluster, one host in use stays on.
 *
 * @param headroom the part of each host's capacity that stays free
 */
export const advise = (hosts: readonly AdvisedHost[], headroom: number): Advice => {
  const inUse = hosts.filter(({ isInUse }) => isInUse);
  const rooms = inUse.map(
    (host): Room => ({
      host,
      cpu: host.cpu * (1 - headroom) - host.usedCpu,
      memory: host.memory * (1 - headroom) - host.usedMemory,
    }),
  );
  const emptyings: Emptying[] = [];
  const staying: { host: AdvisedHost; because: string }[] = [];
  const gone = new Set<number>();
  const taking = new Set<number>();
  const order = [...inUse].sort(
    (a, b) => shareOf(a) - shareOf(b) || (b.idleWatts ?? 0) - (a.idleWatts ?? 0) || a.id - b.id,
  );
  for (const host of order) {
    const others = inUse.filter(({ id, clusterId }) => clusterId === host.clusterId && !gone.has(id));
    if (taking.has(host.id)) {
      if (host.vms.length > 0) staying.push({ host, because: 'it takes VMs of others' });
      continue;
    }
    const stays = host.vms.find(({ staysBecause }) => staysBecause !== undefined);
    const moves =
      others.length < 2
        ? 'it is the last host of its cluster that stays on'
        : stays !== undefined
          ? `VM ${stays.id} ${stays.staysBecause}`
          : movesOf(
              host,
              rooms.filter((room) => room.host.id !== host.id && !gone.has(room.host.id)),
            );
    if (typeof moves === 'string') {
      staying.push({ host, because: moves });
      continue;
    }
    gone.add(host.id);
    for (const { to } of moves) taking.add(to.id);
    emptyings.push({ host, moves });
  }
  return { emptyings, staying };
};
