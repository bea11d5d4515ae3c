/**
 * The power of whole machines, from their management controllers (BMCs), and how it compares with what the processors
 * draw.
 */
import { platformOptions } from './agents/platform-options.ts';
import { defineCollector, gauge, labelled, samplesOf } from './collector.ts';

const platformPower = gauge(
  'opennebula_host_platform_power_watts',
  'Power of the whole machine, from its BMC or its power supplies',
  ['one_host_id', 'source'],
);
const supplyFactor = gauge(
  'opennebula_host_supply_factor',
  'Power of the whole machine divided by the power of the host as its agent measures it, over the last five minutes',
  ['one_host_id'],
);
const unknownFactor = gauge(
  'opennebula_host_supply_factor_unknown_info',
  'Host whose whole power is known but has no opennebula_host_supply_factor, and why',
  ['one_host_id', 'reason'],
);

/** Why the power of a machine is not shown; docs/metrics.md lists them with their meaning. */
export const platformUnknownReasons = {
  bmc_of_several_hosts:
    'several hosts claim one BMC, by POWER_BMC, --power.platform-bmc, their names, an agent that they share, or agents of theirs that ask it: none of them gets its power',
} as const;
const unknownPower = gauge(
  'opennebula_host_platform_power_unknown_info',
  'Host whose BMC is known but has no opennebula_host_platform_power_watts, and why',
  ['one_host_id', 'bmc', 'reason'],
);

export const platformPowerCollector = defineCollector({
  name: 'platform_power',
  help: 'power of whole machines, from their BMCs',
  reads: ['platform'],
  options: platformOptions,
  families: [platformPower, unknownPower, supplyFactor, unknownFactor],
  collect: ({ platform }) => {
    const hosts = [...platform].map(([hostId, { reading, factor }]) => ({ hostId, reading, factor }));
    const known = hosts.flatMap(({ hostId, reading }) =>
      'sharedBmc' in reading ? [] : [{ hostId, reading }],
    );
    const unknown = hosts.flatMap(({ hostId, reading }) =>
      'sharedBmc' in reading ? [{ hostId, bmc: reading.sharedBmc }] : [],
    );
    const flagged = hosts.flatMap(({ hostId, factor }) =>
      typeof factor === 'string' ? [{ hostId, reason: factor }] : [],
    );
    return [
      samplesOf(
        platformPower,
        labelled(known, platformPower.labels, ({ hostId, reading }) => [String(hostId), reading.source]),
        ({ reading }) => reading.watts,
      ),
      samplesOf(
        unknownPower,
        labelled(unknown, unknownPower.labels, ({ hostId, bmc }) => [
          String(hostId),
          bmc,
          'bmc_of_several_hosts' satisfies keyof typeof platformUnknownReasons,
        ]),
        () => 1,
      ),
      samplesOf(
        supplyFactor,
        labelled(hosts, supplyFactor.labels, ({ hostId }) => [String(hostId)]),
        ({ factor }) => (typeof factor === 'number' ? factor : undefined),
      ),
      samplesOf(
        unknownFactor,
        labelled(flagged, unknownFactor.labels, ({ hostId, reason }) => [String(hostId), reason]),
        () => 1,
      ),
    ];
  },
});
