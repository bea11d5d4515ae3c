/**
 * One of several exporters that share a cloud: which hosts, VMs and samples are its own. All exporters decide that by the
 * same function of ids, so they need not know of each other.
 */
import type { OptionSpec } from '../lib/config/options.ts';
import type { Host } from '../lib/one/host.ts';
import { isMigrating } from '../lib/one/vm.ts';
import type { FamilySamples, LabelText, MetricFamily, Sample } from '../lib/prometheus/metric-family.ts';
import type { VmWithAttributes } from './collector.ts';
import type { HostHomes } from './host-homes.ts';

export interface Shard {
  /** From 1. */
  readonly number: number;
  readonly count: number;
}

const mostShards = 1000;

/** With the hosts that share an agent, which are not parted. */
export interface Part extends Shard {
  readonly homes: HostHomes;
}

export const shardOption: OptionSpec<Shard> = {
  help: 'which part of the hosts this exporter serves, of how many: 2/5 is the second of five exporters that together serve what one would',
  form: 'K/N',
  default: '1/1',
  isFlagOnly: true,
  parse: (text) => {
    const [number = 0, count = 0] = /^[1-9]\d{0,3}\/[1-9]\d{0,3}$/.test(text)
      ? text.split('/').map(Number)
      : [];
    return number >= 1 && number <= count && count <= mostShards
      ? { value: { number, count } }
      : { mustBe: `K/N with K from 1 to N and N to ${mostShards}, such as 2/5` };
  },
};

export const isWhole = ({ count }: Shard): boolean => count === 1;

/** As `--shard` has it. */
export const formatShard = ({ number, count }: Shard): string => `${number}/${count}`;

/** Of the accounts and counts of one part, which no two exporters may share. */
export const shardFolder = ({ number, count }: Shard): string => `shard-${number}-of-${count}`;

/** FNV-1a of the id as it is written (http://www.isthe.com/chongo/tech/comp/fnv), with its bits mixed once more. */
const hashOf = (id: number): number => {
  let hash = 0x811c9dc5;
  for (const letter of String(id)) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
};

/** Which of them serves a host. */
const numberOf = (hostId: number, { count, homes }: Part): number =>
  (hashOf(homes.get(hostId) ?? hostId) % count) + 1;

export const isOwnHost = (hostId: number, part: Part): boolean => numberOf(hostId, part) === part.number;

type Placed = Pick<VmWithAttributes, 'id' | 'hostId'>;

/** Which of them serves a VM: it is where its host is; one that was never deployed is somewhere too. */
export const shardOfVm = ({ id, hostId }: Placed, part: Part): Shard => ({
  number: hostId === undefined ? (hashOf(id) % part.count) + 1 : numberOf(hostId, part),
  count: part.count,
});

export const isOwnVm = (vm: Placed, part: Part): boolean => shardOfVm(vm, part).number === part.number;

/** As its accounts take it, if they do: a VM that migrates away counts its energy on the host that it leaves, too. */
export const accountedVm = (vm: VmWithAttributes, part: Part): readonly VmWithAttributes[] => {
  if (isOwnVm(vm, part)) return [vm];
  const isPassing = isMigrating(vm) && vm.previousHostId !== undefined && isOwnHost(vm.previousHostId, part);
  return isPassing ? [{ ...vm, isPassing: true }] : [];
};

/**
 * The hosts whose agents are asked: its own, and those that its migrating VMs come from. Where that is not known, as the
 * exporter has begun meanwhile, all are, until the migration has ended.
 */
export const askedHosts = (
  hosts: readonly Host[],
  vms: readonly VmWithAttributes[],
  part: Part,
): readonly Host[] => {
  const moving = vms.filter((vm) => isMigrating(vm) && isOwnVm(vm, part));
  if (moving.some(({ previousHostId }) => previousHostId === undefined)) return hosts;
  const sources = new Set(moving.map(({ previousHostId }) => previousHostId));
  return hosts.filter(({ id }) => isOwnHost(id, part) || sources.has(id));
};

const vmIdIn = /one_vm_id="(\d+)"/;
const hostIdIn = /one_host_id="(-?\d+)"/;

/**
 * The samples that this exporter shows: those of its own VMs and hosts, and with the first one those of the whole cloud.
 * What it has counted itself it shows whole: a VM that has moved has a count in each part, and the sum is right.
 *
 * @param hostOf the host of each VM
 * @param countsItself all samples are its own counts, or say how it counts
 */
export const ownSamples = (
  families: readonly FamilySamples[],
  hostOf: ReadonlyMap<number, number | undefined>,
  countsItself: boolean,
  part: Part,
): readonly FamilySamples[] => {
  const known = new Map<LabelText, boolean>();
  const isShown = ({ labels: names, type }: MetricFamily, text: LabelText): boolean => {
    if (countsItself || type === 'counter') return true;
    const [, vm] = vmIdIn.exec(text) ?? [];
    const [, host] = hostIdIn.exec(text) ?? [];
    if (names.includes('one_vm_id')) {
      const id = Number(vm);
      return isOwnVm({ id, hostId: hostOf.get(id) }, part);
    }
    if (names.includes('one_host_id')) return isOwnHost(Number(host), part);
    return part.number === 1;
  };
  function* shown(family: MetricFamily, samples: Iterable<Sample>): Generator<Sample> {
    for (const sample of samples) {
      const key = `${family.type} ${sample.labels}`;
      let isOwn = known.get(key);
      if (isOwn === undefined) {
        isOwn = isShown(family, sample.labels);
        known.set(key, isOwn);
      }
      if (isOwn) yield sample;
    }
  }
  return families.map(({ family, samples }) => ({ family, samples: shown(family, samples) }));
};
