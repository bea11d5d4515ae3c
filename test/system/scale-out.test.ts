/**
 * Real engines with the configuration and the rules of `oneext prometheus scale-out`, on every page that was recorded or
 * made of agents: what they make of it is what the exporter makes of it, to 12 digits.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { type ScaleOut, scaleOutFiles, scaleOutRules } from '../../prometheus-patches/scale-out/files.ts';
import { withoutParts } from '../../prometheus-patches/scale-out/rule.ts';
import { readAgentPages } from '../support/agent-pages.ts';
import { defaultSettings } from '../support/documents.ts';
import { repositoryPath } from '../support/expected.ts';
import { madeAgent } from '../support/made-agent.ts';
import { askUntil, type Sample, startPrometheus } from '../support/prometheus.ts';
import { startEngine } from '../support/scrape-engines.ts';
import { temporaryFolder } from '../support/temporary.ts';

interface Recording {
  readonly name: string;
  readonly pages: readonly string[];
}

const read = (...names: readonly string[]): string => readFileSync(repositoryPath('test', ...names), 'utf8');

/** Pages that no engine takes as the exporter does, which passes over bad lines and reads a series that stands twice. */
const unlike: ReadonlySet<string> = new Set([
  'trap 8.2-one-thread-is-absurd',
  'trap 8.2-values-of-all-kinds',
  'trap timestamps-and-carriage-returns',
  'trap value-missing',
]);

/** Pages one after another from one place. Those of agents that measure no VMs are none of the engines'. */
const recordings = (): readonly Recording[] => {
  const folder = 'collectors/agents/recorded';
  const recorded = readdirSync(repositoryPath('test', folder))
    .filter((name) => !/^(?:telegraf|node-exporter)/.test(name))
    .map((name) => {
      const { pages, pids = {} } = JSON.parse(read(folder, name, 'input.json')) as {
        readonly pages: readonly { readonly page: string }[];
        readonly pids?: Readonly<Record<string, number>>;
      };
      const map = Object.entries(pids)
        .map(([domain, pid]) => `oneext_vm_process_info{domain="${domain}",pid="${pid}"} 1\n`)
        .join('');
      return { name, pages: pages.map(({ page }) => read('fixtures', page) + map) };
    });
  const traps = 'collectors/agents/testcases';
  const made = readdirSync(repositoryPath('test', traps)).map((name) => ({
    name: `trap ${name}`,
    pages: [read(traps, name, 'input.prom')],
  }));
  const half = { vms: { 524: 4, 525: 2 } };
  const agent = madeAgent();
  const ending = madeAgent();
  const onepower = [
    { name: 'onepower', pages: [agent(5, half), agent(10, half), agent(7, { vms: { 524: 1, 525: 0 } })] },
    { name: 'onepower again', pages: [agent(5, half)] },
    { name: 'onepower without a meter', pages: [madeAgent('none')(5, half), madeAgent('none')(9, half)] },
    { name: 'onepower that begins anew', pages: [agent(5, half), madeAgent()(3, half)] },
    {
      name: 'onepower whose VM ends',
      pages: [ending(5, half), ending(5, { ended: [525], vms: { 524: 4 } })],
    },
  ];
  return [...recorded, ...made, ...onepower].filter(({ name }) => !unlike.has(name));
};

/** Every request gets the next page, and after the last of them none. */
const servePages = async (t: TestContext, all: readonly Recording[]): Promise<string> => {
  const served = all.map(() => 0);
  const server = http.createServer((request, answer) => {
    const at = Number(/\d+/.exec(request.url ?? '')?.[0] ?? -1);
    const page = all[at]?.pages[served[at] ?? 0];
    served[at] = (served[at] ?? 0) + 1;
    answer
      .writeHead(page === undefined ? 503 : 200, { 'Content-Type': 'text/plain; version=0.0.4' })
      .end(page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const settings = (shards: number, format: ScaleOut['format'], address: string, hosts: number): ScaleOut => ({
  format,
  zoneId: '7',
  shards,
  intervalSeconds: 1,
  emulators: ['my-emulator', 'an-emulator-of-a-long-name'],
  discovery: { kind: 'file', exporters: [] },
  remoteWrite: [],
  agents: Array.from({ length: hosts }, (_, at) => ({
    targets: [address],
    labels: { host_id: String(at), one_host_id: String(at), __metrics_path__: `/${at}/metrics` },
  })),
});

const writeFiles = (folder: string, scaleOut: ScaleOut): void => {
  for (const [name, text] of scaleOutFiles(scaleOut)) writeFileSync(path.join(folder, name), text);
};

/** All rules of which nothing is recorded: they can be asked for at any moment. */
const expressions = new Map(
  withoutParts(
    scaleOutRules(1).map(({ name, rules }) => ({
      name,
      rules: rules.map((rule) => ({ ...rule, part: 'recorded' as const })),
    })),
  ).flatMap(({ rules }) => rules.map(({ record, expr }) => [record, expr] as const)),
);

type Ask = <T>(path: string, find: (data: never) => T | undefined) => Promise<T>;

/** Watts, of the host and by VM. */
type Values = Readonly<Record<string, number>>;

/** A page that came, and when, in seconds. A machine under load may cost one its time. */
interface Scraped {
  readonly page: number;
  readonly at: number;
}

/** What of each host was scraped well, once all have been scraped to their end. */
const scrapeTimes = async (
  ask: Ask,
  hosts: number,
  mostPages: number,
): Promise<ReadonlyMap<string, readonly Scraped[]>> => {
  type Range = { readonly metric: Sample['metric']; readonly values: readonly (readonly [number, string])[] };
  const query = 'up{job="opennebula_power",one_zone_id="7"}[5m]';
  const series = await ask(
    `query?query=${encodeURIComponent(query)}`,
    ({ result }: { result: readonly Range[] }) =>
      result.length === hosts && result.every(({ values }) => values.length > mostPages) ? result : undefined,
  );
  return new Map(
    series.map(({ metric, values }) => [
      metric['one_host_id'] ?? '',
      values.flatMap(([at, isUp], page) => (isUp === '1' ? [{ page, at }] : [])),
    ]),
  );
};

/** To 12 digits: VictoriaMetrics keeps no more. */
const isSame = (found: Values, expected: Values): boolean => {
  const [one, other] = [Object.keys(found), Object.keys(expected)];
  return (
    one.join() === other.join() &&
    one.every((key) => Math.abs((found[key] ?? 0) - (expected[key] ?? 0)) <= 1e-11 * (expected[key] ?? 0))
  );
};

/** Watts by VM, of each host, as the engine has them at the end of what was recorded. */
const engineValues = async (ask: Ask, agent: string, host: string, at: number): Promise<Values> => {
  const expr = expressions.get(`vm_host:${agent}_power:watts`) ?? '';
  const [vms, hosts] = await Promise.all(
    [expr, expressions.get(`host:${agent}_power:watts`) ?? ''].map((query) =>
      ask(
        `query?time=${at}&query=${encodeURIComponent(query)}`,
        ({ result }: { result: readonly Sample[] }) => result,
      ),
    ),
  );
  const ofHost = (samples: readonly Sample[] = []) =>
    samples.filter(({ metric }) => metric['one_host_id'] === host);
  return Object.fromEntries([
    ...ofHost(hosts).map(({ value }) => ['host', Number(value[1])]),
    ...ofHost(vms)
      .map(({ metric, value }) => [metric['one_vm_id'] ?? '', Number(value[1])] as const)
      .sort(),
  ]);
};

/** The same, as the exporter has it. */
const exporterValues = (
  pages: readonly string[],
  times: readonly number[],
): { readonly agent: string; readonly values: Values } => {
  const emulators = settings(1, 'vmagent', '', 0).emulators;
  const { agent, verdict } =
    readAgentPages(pages, {
      // Of moments since 1970 a number has too few digits.
      times: times.map((at) => Math.round((at - (times[0] ?? 0)) * 1000) / 1000),
      settings: { ...defaultSettings, 'power.emulators': emulators },
    }).at(-1) ?? {};
  const name = agent?.name ?? '';
  if (verdict?.sound !== true) return { agent: name, values: {} };
  const { domains = [], hostPower } = verdict.reading;
  const vms = domains.flatMap(({ name: domain, power }) => {
    const id = /^one-(0|[1-9]\d*)$/.exec(domain)?.[1];
    return id === undefined || typeof power !== 'number' ? [] : [[id, power / 1e6] as const];
  });
  return {
    agent: name,
    values: Object.fromEntries([
      ...(hostPower === undefined ? [] : [['host', hostPower / 1e6]]),
      ...vms.sort(),
    ]),
  };
};

const compare = async (ask: Ask, all: readonly Recording[]): Promise<void> => {
  const times = await scrapeTimes(ask, all.length, Math.max(...all.map(({ pages }) => pages.length)));
  const differences: string[] = [];
  for (const [at, { name, pages }] of all.entries()) {
    const scraped = times.get(String(at)) ?? [];
    const expected = exporterValues(
      scraped.map(({ page }) => pages[page] ?? ''),
      scraped.map(({ at: seconds }) => seconds),
    );
    const last = scraped.at(-1)?.at;
    const found =
      last === undefined ? {} : await engineValues(ask, expected.agent || 'scaphandre', String(at), last);
    if (!isSame(found, expected.values))
      differences.push(
        `${name} (${scraped.length} of ${pages.length} pages): ${JSON.stringify(found)} and not ${JSON.stringify(expected.values)}`,
      );
  }
  assert.deepEqual(differences, []);
};

test('one Prometheus has the values of the exporter', async (t) => {
  const all = recordings();
  const folder = temporaryFolder(t);
  writeFiles(folder, settings(1, 'prometheus', await servePages(t, all), all.length));
  const { base } = await startPrometheus(t, path.join(folder, 'prometheus-1.yml'), folder);
  await compare((query, find) => askUntil(base, query, find), all);
});

test('two vmagents and one VictoriaMetrics have the values of the exporter', async (t) => {
  // VictoriaMetrics keeps no NaN, of which one page has nothing else; and vmagent sends all samples of one series.
  const others = ['trap not-a-number', 'trap threads-are-not-summed'];
  const all = recordings().filter(({ name }) => !others.includes(name));
  const folder = temporaryFolder(t);
  writeFiles(folder, settings(2, 'vmagent', await servePages(t, all), all.length));
  const store = await startEngine(t, 'victoria-metrics', [
    `-storageDataPath=${folder}/store`,
    '-retentionPeriod=1d',
    '-search.latencyOffset=1ms',
    '-search.disableCache',
    '-search.maxQueryLen=65536',
  ]);
  for (const shard of [1, 2])
    await startEngine(t, 'vmagent', [
      `-promscrape.config=${folder}/vmagent-${shard}.yml`,
      `-remoteWrite.url=${store.url}/api/v1/write`,
      '-remoteWrite.flushInterval=100ms',
      '-promscrape.noStaleMarkers',
      `-remoteWrite.tmpDataPath=${folder}/queue-${shard}`,
    ]);
  await compare((query, find) => askUntil(store.url, query, find), all);
});
