/** What was pushed into OpenNebula's own monitoring: power and energy where onevm show and Sunstone have them. */
import { defineCollector, gauge, singleSample } from './collector.ts';
import { monitoringOptions } from './monitoring-options.ts';

const pushedVms = gauge(
  'opennebula_monitoring_pushed_vms',
  'VMs to whose monitoring POWER, ENERGY and POWER_TIME were added by the last push (--monitoring.push)',
);
const pushedAt = gauge(
  'opennebula_monitoring_push_timestamp_seconds',
  'When power was pushed into the monitoring of VMs last, in seconds since 1970',
);

export const monitoringCollector = defineCollector({
  name: 'monitoring',
  help: "what was pushed into OpenNebula's own monitoring",
  reads: ['monitoringPush'],
  countsItself: true,
  options: monitoringOptions,
  families: [pushedVms, pushedAt],
  collect: ({ monitoringPush }) =>
    monitoringPush === undefined
      ? [pushedVms, pushedAt].map((family) => ({ family, samples: [] }))
      : [singleSample(pushedVms, monitoringPush.vms), singleSample(pushedAt, monitoringPush.atSeconds)],
});
