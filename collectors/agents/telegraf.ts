/**
 * Telegraf's output prometheus_client (https://github.com/influxdata/telegraf), of its inputs intel_powerstat,
 * ipmi_sensor and redfish, each in both of its metric versions.
 *
 * Telegraf measures no VMs. Reads powerstat_package_current_power_consumption_watts and
 * powerstat_package_current_dram_power_consumption_watts (the host, by RAPL), ipmi_sensor (`ipmi_sensor_value` where
 * the output has version 2) and redfish_power_* (the whole machine). Labels may be there and empty.
 */
import { labelsOf, sampleValueOf } from '../../lib/prometheus/sample-line.ts';
import type { PageContent, PageReader, PowerAgent } from './agent.ts';
import { ipmiEntry } from './ipmi-sensors.ts';
import {
  isPartOfMachine,
  isWholeMachine,
  type PlatformEntry,
  type PlatformReading,
  platformReadingsOf,
} from './platform-power.ts';

const ownCounter = /^process_(?:cpu_seconds|network_\w+_bytes)_total$/;
const packagePower = 'powerstat_package_current_power_consumption_watts';

type Labels = ReadonlyMap<string, string>;

interface Page {
  /** The metric of the last line: whether it has more samples is not known before another one begins. */
  current: string;
  /** The sum of what Telegraf counts of its own process and its network. */
  ownValues: number | undefined;
  readonly packages: Map<string, number>;
  readonly memories: Map<string, number>;
  readonly platform: (PlatformEntry & { readonly metric: string })[];
  /** By BMC: the supplies that stand in metrics before that of what they give. */
  readonly supplies: Map<string, Set<string>>;
}

const wordsOf = (labels: Labels, ...names: readonly string[]): readonly string[] =>
  names.map((name) => labels.get(name) ?? '').filter((word) => word !== '');

const redfishSources = {
  redfish_power_powercontrol_power_consumed_watts: 'redfish',
  redfish_power_powersupplies_power_input_watts: 'psu_input',
  redfish_power_powersupplies_power_output_watts: 'psu_output_dc',
} as const;
type RedfishMetric = keyof typeof redfishSources;

const isRedfishMetric = (name: string): name is RedfishMetric => Object.hasOwn(redfishSources, name);

const outputPower = 'redfish_power_powersupplies_power_output_watts';

const bmcNamesIn = (labels: Labels): readonly string[] => wordsOf(labels, 'address', 'source');

/** A BMC may leave out the id of a supply; its name then tells one from another. */
const supplyIdOf = (labels: Labels): string => wordsOf(labels, 'member_id', 'name')[0] ?? '';

const noteSupply = (page: Page, line: Buffer): void => {
  const labels = labelsOf(line);
  const bmc = bmcNamesIn(labels).join();
  page.supplies.set(bmc, (page.supplies.get(bmc) ?? new Set()).add(supplyIdOf(labels)));
};

/** A supply that is not enabled, or not there, gives nothing and need not tell. */
const isOff = (labels: Labels): boolean =>
  !['', 'enabled'].includes((labels.get('state') ?? '').toLowerCase());

const readRedfish = (page: Page, metric: RedfishMetric, line: Buffer): void => {
  const labels = labelsOf(line);
  const isSupply = redfishSources[metric] !== 'redfish';
  const id = isSupply ? supplyIdOf(labels) : (labels.get('member_id') ?? '');
  if (!isSupply && isPartOfMachine({ id }, labels.get('name') ?? '')) return;
  page.platform.push({
    metric,
    source: redfishSources[metric],
    bmcNames: bmcNamesIn(labels),
    id,
    watts: isSupply && isOff(labels) ? 'off' : sampleValueOf(line),
  });
};

const readIpmi = (page: Page, metric: string, line: Buffer): void => {
  const labels = labelsOf(line);
  const entry = ipmiEntry(labels, sampleValueOf(line));
  if (entry !== undefined) page.platform.push({ metric, ...entry, bmcNames: wordsOf(labels, 'server') });
};

const readLine = (page: Page, line: Buffer): void => {
  const name = /^\w*/.exec(line.toString('latin1', 0, 128))?.[0] ?? '';
  page.current = name;
  if (name.startsWith('redfish_power_powersupplies_') && name !== outputPower) noteSupply(page, line);
  if (name === packagePower) page.packages.set(labelsOf(line).get('package_id') ?? '', sampleValueOf(line));
  else if (name === 'powerstat_package_current_dram_power_consumption_watts')
    page.memories.set(labelsOf(line).get('package_id') ?? '', sampleValueOf(line));
  else if (name === 'ipmi_sensor' || name === 'ipmi_sensor_value') readIpmi(page, name, line);
  else if (isRedfishMetric(name)) readRedfish(page, name, line);
  else if (ownCounter.test(name)) page.ownValues = (page.ownValues ?? 0) + sampleValueOf(line);
};

/** An input that is 0 beside an output that is not does not tell. */
const withoutDeafInputs = (entries: Page['platform']): Page['platform'] => {
  const supplyOf = ({ id, bmcNames }: Page['platform'][number]): string => `${bmcNames.join()}\n${id}`;
  const giving = new Set(
    entries
      .filter(
        (entry) => entry.source === 'psu_output_dc' && typeof entry.watts === 'number' && entry.watts > 0,
      )
      .map(supplyOf),
  );
  return entries.map((entry) =>
    entry.source === 'psu_input' && entry.watts === 0 && giving.has(supplyOf(entry))
      ? { ...entry, watts: undefined }
      : entry,
  );
};

/** BMCs of which all supplies that another metric has are there, by what they give. */
const withAllSupplies = (page: Page): ReadonlySet<string> => {
  const given = new Map<string, Set<string>>();
  for (const { metric, id, bmcNames } of page.platform) {
    if (metric !== outputPower) continue;
    const bmc = bmcNames.join();
    given.set(bmc, (given.get(bmc) ?? new Set()).add(id));
  }
  const isWhole = ([bmc, ids]: readonly [string, ReadonlySet<string>]): boolean => {
    const supplies = [...(page.supplies.get(bmc) ?? [])];
    return supplies.length > 0 && supplies.every((supply) => ids.has(supply));
  };
  return new Set([...given].filter(isWhole).map(([bmc]) => bmc));
};

/**
 * A metric whose end was not seen may lack samples. That of what supplies give is the last of a page: it is whole
 * where all supplies of the BMC are on it that another metric has.
 */
const platformOf = (page: Page): readonly PlatformReading[] => {
  const whole = withAllSupplies(page);
  const isWhole = ({ metric, source, id, bmcNames }: Page['platform'][number]): boolean => {
    if (metric !== page.current) return true;
    if (source !== 'psu_input' && source !== 'psu_output_dc')
      return source !== 'redfish' || isWholeMachine({ id });
    return metric === outputPower && whole.has(bmcNames.join());
  };
  return platformReadingsOf(withoutDeafInputs(page.platform).filter(isWhole));
};

const sum = (values: ReadonlyMap<string, number>): number =>
  [...values.values()].reduce((all, value) => all + value, 0);

const contentOf = (page: Page): PageContent => {
  const content = {
    version: '',
    method: undefined,
    domains: undefined,
    hostPower: undefined,
    socketCount: page.packages.size,
    platform: [],
    pulse: page.ownValues,
  } as const;
  if (page.current === packagePower)
    return { ...content, problem: { reason: 'truncated', detail: 'the page ends before its end' } };
  const platform = platformOf(page);
  if (page.packages.size === 0)
    return platform.length > 0
      ? { ...content, platform, problem: undefined }
      : {
          ...content,
          problem: { reason: 'no_power', detail: 'the page has no power of a host or of a machine' },
        };
  if (sum(page.packages) === 0)
    return {
      ...content,
      platform,
      problem: { reason: 'rapl_unreadable', detail: 'the packages draw 0 W' },
    };
  return {
    ...content,
    platform,
    problem: undefined,
    hostPower: (sum(page.packages) + sum(page.memories)) * 1e6,
  };
};

const createPageReader = (): PageReader => {
  const page: Page = {
    current: '',
    ownValues: undefined,
    packages: new Map(),
    memories: new Map(),
    platform: [],
    supplies: new Map(),
  };
  return {
    startPiece: () => undefined,
    readLine: (bytes, from, to) => readLine(page, bytes.subarray(from, to)),
    finish: () => contentOf(page),
  };
};

export const telegraf: PowerAgent = {
  name: 'telegraf',
  metricPrefixes: ['ipmi_sensor', 'powerstat_', 'redfish_'],
  defaultPort: 9273,
  createPageReader,
};
