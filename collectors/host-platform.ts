/** Which reading of a BMC or of power supplies is that of which host. */
import type { Host } from '../lib/one/host.ts';
import type { BmcOfHost } from './agents/platform-options.ts';
import { bestPlatformReading, type PlatformReading } from './agents/platform-power.ts';
import type { AgentAnswer } from './collector.ts';

const forms = (name: string): string => name.toLowerCase().replace(/^\[|\]$/g, '');

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

/** The reading that is worth most, for each host that has one. */
export const platformOfHosts = ({
  hosts,
  agents,
  central,
  bmcs,
}: PlatformAnswers): ReadonlyMap<number, PlatformReading> => {
  const ofCentral = central.flatMap(({ platform = [] }) => platform);
  return new Map(
    hosts.flatMap((host) => {
      const names = bmcNamesOf(host, bmcs);
      const isOfHost = ({ bmcNames }: PlatformReading): boolean =>
        bmcNames.some((name) => names.has(forms(name)));
      const isNamed = names.size > 1;
      const best = bestPlatformReading([
        ...(agents.get(host.id) ?? []).flatMap(({ platform = [] }) =>
          ofOwnAgents(platform, isOfHost, isNamed),
        ),
        ...ofCentral.filter(isOfHost),
      ]);
      return best === undefined ? [] : [[host.id, best] as const];
    }),
  );
};
