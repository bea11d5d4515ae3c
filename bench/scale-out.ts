/**
 * 2,000 hosts and 50,000 VMs: what a page costs the exporter and the engines of `oneext prometheus scale-out`, and what
 * is lost when the store is away for five minutes and a vmagent is killed meanwhile.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { meanMicrowatts } from '../simulator/cloud.ts';
import { type SimulatedCloud, startExporter, startSimulator } from './cloud.ts';
import { createEngines, type Engine, type Engines, intervalSeconds, shards } from './engines.ts';
import type { Lab } from './lab.ts';
import { atMost, type Bench, type Finding, formatMegabytes, formatMs } from './measure.ts';
import { readCpuMs, readRssBytes } from './process-load.ts';

const scale = { hosts: 2000, vms: 50_000, processes: 100, agent: 'onepower' } as const;
const refreshes = 4;
const awaySeconds = 300;
/** A program that was killed is started again after this time. */
const deadSeconds = 30;
const measuredSeconds = 90;
const mostDeviation = 0.02;

const nowSeconds = (): number => Date.now() / 1000;
const intervals = (count: number): Promise<void> => sleep(count * intervalSeconds * 1000);

interface Cost {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** What the exporter uses that reads all agents itself, for each page of a host. */
const measureExporter = async (
  lab: Lab,
  cloud: SimulatedCloud,
): Promise<Cost & { readonly pageBytes: number }> => {
  const { daemon, url } = await startExporter(lab, cloud, [
    '--no-collector.server',
    `--energy.directory=${path.join(lab.folder, 'scale-out-energy')}`,
  ]);
  const scrape = async (): Promise<number> =>
    (
      await (
        await fetch(`${url}/metrics`, { headers: { 'X-Prometheus-Scrape-Timeout-Seconds': '60' } })
      ).arrayBuffer()
    ).byteLength;
  const refresh = async (): Promise<number> => {
    const [bytes] = await Promise.all([scrape(), intervals(1)]);
    return bytes;
  };
  await refresh();
  let pageBytes = await refresh();
  const before = await readCpuMs(daemon.pid);
  for (let round = 0; round < refreshes; round += 1) pageBytes = await refresh();
  const cpuMs = ((await readCpuMs(daemon.pid)) - before) / refreshes / scale.hosts;
  const rssBytes = await readRssBytes(daemon.pid);
  await daemon.end('SIGTERM');
  return { cpuMs, rssBytes, pageBytes };
};

const gauge = async ({ url }: Engine, name: string): Promise<number> => {
  const page = await (await fetch(`${url}/metrics`)).text();
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};

const sumOver = async (
  engines: readonly Engine[],
  read: (engine: Engine) => Promise<number>,
): Promise<number> => (await Promise.all(engines.map(read))).reduce((sum, one) => sum + one, 0);

const cpuOf = (engines: readonly Engine[]): Promise<number> =>
  sumOver(engines, ({ daemon }) => readCpuMs(daemon.pid));
const rssOf = (engines: readonly Engine[]): Promise<number> =>
  sumOver(engines, ({ daemon }) => readRssBytes(daemon.pid));

interface EngineCosts {
  readonly agents: Cost;
  readonly store: Cost;
  readonly rules: Cost;
}

/** What the engines use for each page. */
const measureEngines = async (
  agents: readonly Engine[],
  store: Engine,
  rules: Engine,
): Promise<EngineCosts> => {
  const pages = (): Promise<number> =>
    sumOver(agents, (agent) => gauge(agent, 'vm_promscrape_scrapes_total'));
  const all = [agents, [store], [rules]];
  const [before, pagesBefore] = [await Promise.all(all.map(cpuOf)), await pages()];
  await sleep(measuredSeconds * 1000);
  const [after, read] = [await Promise.all(all.map(cpuOf)), (await pages()) - pagesBefore];
  const costs = await Promise.all(
    all.map(async (engines, at) => ({
      cpuMs: ((after[at] ?? 0) - (before[at] ?? 0)) / read,
      rssBytes: await rssOf(engines),
    })),
  );
  const none = { cpuMs: Number.NaN, rssBytes: Number.NaN };
  return { agents: costs[0] ?? none, store: costs[1] ?? none, rules: costs[2] ?? none };
};

interface Outage {
  readonly from: number;
  readonly to: number;
  readonly queuedBytes: number;
}

/** The store is away, and a vmagent is killed meanwhile; resolves when the queues are empty again. */
const takeStoreAway = async (engines: Engines, store: Engine, agents: readonly Engine[]): Promise<Outage> => {
  const [killed, ...others] = agents;
  await store.daemon.end('SIGTERM');
  const from = nowSeconds();
  await intervals(4);
  await killed?.daemon.end('SIGKILL');
  await sleep(deadSeconds * 1000);
  const living = [await engines.startAgent(1), ...others];
  await sleep(Math.max(0, (from + awaySeconds - nowSeconds()) * 1000));
  const pending = (): Promise<number> =>
    sumOver(living, (agent) => gauge(agent, 'vmagent_remotewrite_pending_data_bytes'));
  const queuedBytes = await pending();
  const to = nowSeconds();
  await engines.startStore();
  while ((await pending()) > queuedBytes / 100) await sleep(1000);
  await intervals(3);
  return { from, to, queuedBytes };
};

const host = 'onepower_host_energy_joules_total';
const vm = 'onepower_vm_energy_joules_total';
/** Watts by what a counter has moved in a time, from sample to sample. */
const watts = (counter: string, window: string): string =>
  `(last_over_time(${counter}[${window}]) - first_over_time(${counter}[${window}])) / (tlast_over_time(${counter}[${window}]) - tfirst_over_time(${counter}[${window}]))`;

/** How far energy by the counters that were scraped is from what was drawn. */
const energyFindings = async (engines: Engines, beganAt: number): Promise<readonly Finding[]> => {
  const window = `${Math.ceil(nowSeconds() - beganAt)}s`;
  const truth = meanMicrowatts / 1e6;
  const one = async (expression: string): Promise<number> =>
    [...(await engines.query(expression)).values()][0] ?? Number.NaN;
  const ofHosts = await one(`max(abs(${watts(host, window)} / ${truth} - 1))`);
  const ofVms = await one(`max(abs(${watts(vm, window)} / (${watts(vm, '60s')}) - 1))`);
  const hosts = await one(`count(${watts(host, window)})`);
  const percent = (part: number): string => `${(part * 100).toFixed(3)} %`;
  return [
    {
      what: `energy of ${hosts} hosts over the whole time, the worst`,
      ours: percent(ofHosts),
      comparedWith: `${truth} W that each has drawn`,
      target: atMost(mostDeviation * 100, ofHosts * 100, '%'),
    },
    {
      what: 'energy of the VMs over the whole time, the worst',
      ours: percent(ofVms),
      comparedWith: 'the last minute',
      target: atMost(mostDeviation * 100, ofVms * 100, '%'),
    },
  ];
};

/** The power of hosts while the store was away, as the rules have it once they were evaluated for that time. */
const replayedPower = async (engines: Engines, { from, to }: Outage): Promise<Finding> => {
  const power = `host:opennebula_host_power:watts[${Math.floor(to - from)}s] offset ${Math.round(nowSeconds() - to)}s`;
  const means = [...(await engines.query(`avg_over_time(${power})`)).values()];
  const counts = [...(await engines.query(`count_over_time(${power})`)).values()];
  const truth = meanMicrowatts / 1e6;
  const worst = Math.max(...means.map((watts) => Math.abs(watts / truth - 1)));
  return {
    what: `power of ${means.length} hosts while the store was away, by rules that were evaluated afterwards`,
    ours: `${(worst * 100).toFixed(3)} % wrong at most; ${Math.min(...counts)} to ${Math.max(...counts)} samples`,
    comparedWith: `${truth} W, ${Math.floor((to - from) / intervalSeconds)} evaluations`,
    target: atMost(mostDeviation * 100, worst * 100, '%'),
  };
};

/** Scrapes of hosts that fall into the time without a store, the fewest and the most. */
const scrapesKept = async (engines: Engines, { from, to }: Outage): Promise<Finding> => {
  const window = `[${Math.floor(to - from)}s] offset ${Math.round(nowSeconds() - to)}s`;
  const counts = [...(await engines.query(`count_over_time(up{job="opennebula_power"}${window})`)).values()];
  const expected = Math.floor((to - from) / intervalSeconds);
  const lost = Math.ceil(deadSeconds / intervalSeconds) + 1;
  return {
    what: `scrapes of ${counts.length} hosts while the store was away`,
    ours: `${Math.min(...counts)} to ${Math.max(...counts)}`,
    comparedWith: `${expected} in ${Math.round(to - from)} s; a killed vmagent loses ${lost} at most`,
    target: {
      text: `at least ${expected - 1}, and ${expected - 1 - lost} of the killed`,
      met: counts.length === scale.hosts && Math.min(...counts) >= expected - 1 - lost,
    },
  };
};

const costFindings = (
  exporter: Cost & { readonly pageBytes: number },
  { agents, store, rules }: EngineCosts,
): readonly Finding[] => [
  {
    what: `CPU for each page of a host, ${shards} vmagents`,
    ours: `exporter ${formatMs(exporter.cpuMs)}`,
    comparedWith: `vmagent ${formatMs(agents.cpuMs)}, VictoriaMetrics ${formatMs(store.cpuMs)}, vmalert ${formatMs(rules.cpuMs)}`,
    ratio: exporter.cpuMs / (agents.cpuMs + store.cpuMs + rules.cpuMs),
  },
  {
    what: 'memory',
    ours: `exporter ${formatMegabytes(exporter.rssBytes)}, its page ${formatMegabytes(exporter.pageBytes)}`,
    comparedWith: `vmagents ${formatMegabytes(agents.rssBytes)}, VictoriaMetrics ${formatMegabytes(store.rssBytes)}, vmalert ${formatMegabytes(rules.rssBytes)}`,
  },
];

export const createScaleOut = (lab: Lab): Bench => ({
  name: 'scale-out',
  isLong: true,
  method: `2,000 hosts with opennebula-power-agent and 50,000 VMs, all asked every 15 s: by one exporter, and then by
two vmagents with one VictoriaMetrics and a vmalert (Debian's). Processor time of whole programs by pages of hosts: OpenNebula's documents,
names of VMs and rules included. Then VictoriaMetrics is away for five minutes, in which one vmagent is killed and
started again after 30 s.`,
  async run() {
    const cloud = await startSimulator(lab, scale);
    const exporter = await measureExporter(lab, cloud);
    const naming = await startExporter(lab, cloud, [
      ...['server', 'power', 'host_model', 'platform_power', 'energy'].map(
        (name) => `--no-collector.${name}`,
      ),
      `--one.min-refresh-interval=${intervalSeconds}s`,
    ]);
    const engines = await createEngines(lab, cloud, naming.url);
    const store = await engines.startStore();
    const beganAt = nowSeconds();
    const agents = [await engines.startAgent(1), await engines.startAgent(2)];
    const rules = await engines.startRules();
    await intervals(3);
    const costs = await measureEngines(agents, store, rules);
    const outage = await takeStoreAway(engines, store, agents);
    await engines.replay(outage.from, outage.to);
    return [
      ...costFindings(exporter, costs),
      {
        what: 'what waited in the queues of the vmagents',
        ours: formatMegabytes(outage.queuedBytes),
        comparedWith: `${Math.round(outage.to - outage.from)} s without a store`,
      },
      await scrapesKept(engines, outage),
      await replayedPower(engines, outage),
      ...(await energyFindings(engines, beganAt)),
    ];
  },
});
