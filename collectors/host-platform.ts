/** Which reading of a BMC or of power supplies is that of which host. */
import ipaddr from 'ipaddr.js';
import type { Host } from '../lib/one/host.ts';
import type { BmcOfHost } from './agents/platform-options.ts';
import { bestPlatformReading, type PlatformReading, type SharedBmc } from './agents/platform-power.ts';
import type { AgentAnswer } from './collector.ts';

const forms = (name: string): string => name.toLowerCase().replace(/^\[|\]$/g, '');

/** The address that iLO has for its own machine. */
const iloOfThisMachine = ipaddr.parseCIDR('16.1.15.0/24');

/** An address at which each machine may reach its own BMC: it says nothing of which BMC that is. */
const isOfThisMachine = (name: string): boolean => {
  if (name === 'localhost') return true;
  if (!ipaddr.isValid(name)) return false;
  const address = ipaddr.process(name);
  return (
    ['loopback', 'linkLocal'].includes(address.range()) ||
    (address.kind() === 'ipv4' && address.match(iloOfThisMachine))
  );
};

/** The same for all readings of one BMC, whoever has asked it: its address, which stands before its name. */
const bmcOf = (reading: PlatformReading): string | PlatformReading => {
  const names = reading.bmcNames.map(forms);
  return names.some(isOfThisMachine) ? reading : (names[0] ?? reading);
};

/** Names of the host's BMC, and the host's own: a BMC is often named after its host. */
const bmcNamesOf = ({ name, powerBmcs }: Host, ofHosts: readonly BmcOfHost[]): ReadonlySet<string> =>
  new Set(
    [
      ...powerBmcs,
      ...ofHosts.filter(({ host }) => host.toLowerCase() === name.toLowerCase()).map(({ bmc }) => bmc),
      name,
    ].map(forms),
  );

/** The agents of a host speak of that host, unless they ask several BMCs, or its BMC is known to be another. */
const ofOwnAgents = (
  readings: readonly PlatformReading[],
  isOfHost: (reading: PlatformReading) => boolean,
  isNamed: boolean,
): readonly PlatformReading[] => {
  const others = readings.filter(({ bmcNames }) => bmcNames.length > 0);
  const known = others.filter(isOfHost);
  const own = readings.filter(({ bmcNames }) => bmcNames.length === 0);
  return [...own, ...(known.length > 0 ? known : others.length === 1 && !isNamed ? others : [])];
};

export interface PlatformAnswers {
  readonly hosts: readonly Host[];
  /** By host id. */
  readonly agents: ReadonlyMap<number, readonly AgentAnswer[]>;
  /** Of central Telegrafs. */
  readonly central: readonly AgentAnswer[];
  readonly bmcs: readonly BmcOfHost[];
}

/** By each of its names. */
const byBmcName = (readings: readonly PlatformReading[]): ReadonlyMap<string, readonly PlatformReading[]> => {
  const index = new Map<string, PlatformReading[]>();
  for (const reading of readings)
    for (const name of new Set(reading.bmcNames.map(forms))) {
      const others = index.get(name);
      if (others === undefined) index.set(name, [reading]);
      else others.push(reading);
    }
  return index;
};

interface Candidates {
  readonly hostId: number;
  /** Of the BMC that is named as the host's. */
  readonly named: ReadonlySet<PlatformReading>;
  /** Those, and what else the host's own agents tell. */
  readonly readings: ReadonlySet<PlatformReading>;
}

const candidatesOf = ({ hosts, agents, central, bmcs }: PlatformAnswers): readonly Candidates[] => {
  const ofCentral = byBmcName(central.flatMap(({ platform = [] }) => platform));
  return hosts.map((host) => {
    const names = bmcNamesOf(host, bmcs);
    const isOfHost = ({ bmcNames }: PlatformReading): boolean =>
      bmcNames.some((name) => names.has(forms(name)));
    const isNamed = names.size > 1;
    const own = (agents.get(host.id) ?? []).flatMap(({ platform = [] }) =>
      ofOwnAgents(platform, isOfHost, isNamed),
    );
    const fromCentral = [...names].flatMap((name) => ofCentral.get(name) ?? []);
    const named = new Set([...own.filter(isOfHost), ...fromCentral]);
    return { hostId: host.id, named, readings: new Set([...own, ...named]) };
  });
};

/** What each host may have: what is named as another host's is that one's. */
const claimsOf = (candidates: readonly Candidates[]): readonly Candidates[] => {
  const named = new Set(candidates.flatMap((host) => [...host.named].map(bmcOf)));
  return candidates.map((host) => ({
    ...host,
    readings: new Set(
      [...host.readings].filter((reading) => host.named.has(reading) || !named.has(bmcOf(reading))),
    ),
  }));
};

/**
 * The reading that is worth most, for each host that has one. What several hosts claim is nobody's: one machine has
 * one BMC.
 */
export const platformOfHosts = (
  answers: PlatformAnswers,
): ReadonlyMap<number, PlatformReading | SharedBmc> => {
  const hosts = claimsOf(candidatesOf(answers));
  const claims = new Map<string | PlatformReading, number>();
  for (const { readings } of hosts)
    for (const bmc of new Set([...readings].map(bmcOf))) claims.set(bmc, (claims.get(bmc) ?? 0) + 1);
  return new Map(
    hosts.flatMap(({ hostId, readings }): readonly (readonly [number, PlatformReading | SharedBmc])[] => {
      const best = bestPlatformReading([...readings].filter((reading) => claims.get(bmcOf(reading)) === 1));
      if (best !== undefined) return [[hostId, best]];
      const shared = bestPlatformReading([...readings]);
      return shared === undefined ? [] : [[hostId, { sharedBmc: shared.bmcNames.join(' ') }]];
    }),
  );
};
