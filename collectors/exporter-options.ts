/** The options of opennebula-exporter; --help, the sample file and docs/options.md come from this table. */
import { listenAddressOption } from '../lib/config/listen-address.ts';
import {
  booleanOption,
  choiceOption,
  durationOption,
  listOption,
  type OptionSpec,
  type OptionValues,
  textOption,
} from '../lib/config/options.ts';
import { suiteOptions } from '../lib/config/suite-options.ts';
import { logFormats, logLevels } from '../lib/log/log.ts';
import { addressPreferenceOption } from '../lib/prometheus/vm-targets.ts';
import { collectors } from './collectors.ts';
import { schedulerOptions } from './scheduler-options.ts';
import { shardOption } from './shard.ts';

export const discoveryPaths = {
  vmExporters: '/sd/vm-exporters',
  powerAgents: '/sd/power-agents',
  hosts: '/sd/hosts',
} as const;
/** For the other front-ends of the zone. */
export const copyPaths = {
  copy: '/energy/copy',
  day: '/energy/copy/day',
  taken: '/energy/copy/taken',
} as const;
/** The page is served under `/` too. */
export const powerPaths = {
  page: '/power',
  json: '/power.json',
  csv: '/power.csv',
  events: '/power/events',
  script: '/power/page.js',
  style: '/power/page.css',
} as const;
const reservedPaths: readonly string[] = [
  '/',
  '/-/healthy',
  '/-/ready',
  ...Object.values(discoveryPaths),
  ...Object.values(copyPaths),
  ...Object.values(powerPaths),
];

const telemetryPathOption: OptionSpec<string> = {
  help: 'path under which metrics are served',
  form: 'PATH',
  default: '/metrics',
  parse: (text) =>
    /^\/[\w./-]*$/.test(text) && !reservedPaths.includes(text)
      ? { value: text }
      : { mustBe: 'a path such as /metrics, and none of /, /-/healthy, /-/ready, /sd/..., /power...' },
};

/** Of a union of tables the table that has all their options. */
type Joined<Tables> = (Tables extends unknown ? (table: Tables) => void : never) extends (
  table: infer All,
) => void
  ? All
  : never;
type CollectorFlags = Joined<(typeof collectors)[number]['options']>;

const collectorFlags: CollectorFlags = Object.assign({}, ...collectors.map(({ options }) => options));

const collectorSwitches = Object.fromEntries(
  collectors.map(({ name, help }) => [
    `collector.${name}`,
    booleanOption({ help: `collect ${help}`, default: 'true' }),
  ]),
);

const ownOptions = {
  shard: shardOption,
  'web.listen-address': listOption(listenAddressOption('[::]:9925')),
  'web.telemetry-path': telemetryPathOption,
  'web.page': choiceOption(
    {
      help: 'serve the power of hosts and VMs as a page under / and /power, with its data; off leaves a page of links under /',
      default: 'on',
    },
    ['on', 'off'],
  ),
  'web.config.file': textOption(
    { help: "web configuration in the format of Prometheus' exporter-toolkit: TLS, users", default: '' },
    'FILE',
  ),
  'guest.listen-address': listOption(
    listenAddressOption(
      '',
      'address and port on which a VM gets its own power and energy for its OneGate token; the port must not be one of --web.listen-address',
    ),
  ),
  'log.level': choiceOption({ help: 'lowest level of log lines', default: 'info' }, logLevels),
  'log.format': choiceOption({ help: 'format of log lines', default: 'logfmt' }, logFormats),
  ...suiteOptions,
  'one.min-refresh-interval': durationOption(
    {
      help: 'OpenNebula is asked again only after this time; raise it for very large clouds (power stays as fresh as each scrape)',
      default: '5s',
    },
    0,
    3_600_000,
  ),
  'prometheus.address-preference': addressPreferenceOption,
  'snapshot.max-age': durationOption(
    { help: 'values that could not be read again are served up to this age', default: '60s' },
    0,
    3_600_000,
  ),
  ...schedulerOptions,
  ...collectorFlags,
};

export const exporterOptions: typeof ownOptions & Record<`collector.${string}`, OptionSpec<boolean>> = {
  ...ownOptions,
  ...collectorSwitches,
};
export type ExporterOptions = OptionValues<typeof exporterOptions>;
