/**
 * Whether the page that a host's URL gives is that of another machine: a name that leads to the wrong address, two hosts
 * behind one.
 *
 * It shows VMs that OpenNebula has on other hosts, and none of those that run on this one.
 */
import { isMigrating, mayHaveProcess } from '../lib/one/vm.ts';
import type { Domain, PowerVerdict } from './agents/agent.ts';
import type { AgentAnswer, Documents, VmWithAttributes } from './collector.ts';
import { domainKeysOf } from './domain-join.ts';

const domainsOf = ({ verdict, origin }: AgentAnswer): readonly Domain[] => {
  const measured = verdict.sound ? verdict.reading.domains : undefined;
  return measured ?? [...(origin?.counters?.domains.values() ?? [])];
};

const keysOf = ({ name, uuid }: Domain): readonly string[] => [name, uuid].filter((key) => key !== '');

/** What OpenNebula itself calls it: no other VM is meant. */
const surelyCalled = ({ id, deployId }: VmWithAttributes): readonly string[] =>
  deployId === '' ? [`one-${id}`] : [deployId, deployId.toLowerCase()];

/** While a VM migrates, any host may have it. */
const isSettled = (vm: VmWithAttributes): boolean =>
  vm.hostId !== undefined && mayHaveProcess(vm) && !isMigrating(vm);

interface Placed {
  /** What the VMs of a host may be called, those that may come to it or leave it among them. */
  readonly onHost: ReadonlyMap<number, ReadonlySet<string>>;
  readonly migrating: ReadonlySet<string>;
  /** Hosts on which a VM runs that stays there. */
  readonly used: ReadonlySet<number>;
  /** What VMs are called that stay on their hosts. */
  readonly settled: ReadonlySet<string>;
}

const placesOf = (vms: readonly VmWithAttributes[]): Placed => {
  const onHost = new Map<number, Set<string>>();
  const migrating = new Set<string>();
  const used = new Set<number>();
  const settled = new Set<string>();
  for (const vm of vms) {
    const keys = domainKeysOf(vm);
    for (const hostId of [vm.hostId, vm.previousHostId]) {
      if (hostId === undefined) continue;
      const others = onHost.get(hostId) ?? new Set<string>();
      for (const key of keys) others.add(key);
      onHost.set(hostId, others);
    }
    if (isMigrating(vm)) for (const key of keys) migrating.add(key);
    if (!isSettled(vm)) continue;
    used.add(vm.hostId ?? -1);
    for (const key of surelyCalled(vm)) settled.add(key);
  }
  return { onHost, migrating, used, settled };
};

const isOfAnother = (hostId: number, answer: AgentAnswer, placed: Placed): boolean => {
  if (!placed.used.has(hostId)) return false;
  const keys = domainsOf(answer).flatMap(keysOf);
  const isOwn = (key: string): boolean =>
    placed.onHost.get(hostId)?.has(key) === true || placed.migrating.has(key);
  return keys.some((key) => placed.settled.has(key)) && !keys.some(isOwn);
};

const otherHost = {
  sound: false,
  version: '',
  reason: 'other_host',
  detail: 'the page shows VMs of other hosts, and none of those that run on this one',
} as const satisfies PowerVerdict;

export const isMisled = (answers: readonly AgentAnswer[]): boolean =>
  answers.some(({ verdict }) => !verdict.sound && verdict.reason === otherHost.reason);

/** URLs that several hosts have: there one agent speaks for all of them. */
const sharedPlaces = (agents: Documents['agents']): ReadonlySet<string> => {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const answers of agents.values())
    for (const place of new Set(answers.flatMap(({ origin }) => origin?.place ?? []))) {
      if (seen.has(place)) shared.add(place);
      seen.add(place);
    }
  return shared;
};

/** The answers, those of other machines refused. */
export const refuseOtherHosts = (
  agents: Documents['agents'],
  vms: readonly VmWithAttributes[],
): Documents['agents'] => {
  const placed = placesOf(vms);
  const shared = sharedPlaces(agents);
  return new Map(
    [...agents].map(([hostId, answers]) => [
      hostId,
      answers.map((answer): AgentAnswer => {
        const { agent, origin, verdict } = answer;
        if (origin === undefined || shared.has(origin.place) || !isOfAnother(hostId, answer, placed))
          return answer;
        return { agent, verdict: { ...otherHost, version: verdict.version } };
      }),
    ]),
  );
};
