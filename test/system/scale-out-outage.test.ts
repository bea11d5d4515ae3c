/** The store is away for a while, and one vmagent is killed: nothing that was scraped is lost, and energy is right. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { scaleOutFiles } from '../../prometheus-patches/scale-out/files.ts';
import { meanMicrowatts } from '../../simulator/cloud.ts';
import { simulate } from '../../simulator/simulate.ts';
import { askUntil, type Sample } from '../support/prometheus.ts';
import { closedPort } from '../support/raw-server.ts';
import { type Engine, startEngine } from '../support/scrape-engines.ts';
import { temporaryFolder } from '../support/temporary.ts';

const hosts = 8;

/** Resolves when a vmagent has scraped each of its targets some times more. */
const scrapesMore = async ({ url }: Engine): Promise<void> => {
  const count = async (): Promise<number> => {
    const page = await (await fetch(`${url}/metrics`)).text();
    return Number(/^vm_promscrape_scraped_samples_count (\d+)/m.exec(page)?.[1] ?? 0);
  };
  const before = await count();
  while ((await count()) < before + 5 * hosts) await new Promise((resolve) => setTimeout(resolve, 100));
};

interface Range {
  readonly metric: Sample['metric'];
  readonly values: readonly (readonly [number, string])[];
}

test('nothing is lost while the store is away, and a counter gives the energy of the time in which nobody asked', async (t) => {
  const simulation = await simulate({
    hosts,
    vms: 40,
    lifetimeSeconds: 3600,
    migrationSeconds: 10,
    processes: 10,
    port: 0,
    agentsPort: 0,
    still: false,
    agent: 'onepower',
  });
  t.after(simulation.close);
  const folder = temporaryFolder(t);
  const agents = Array.from({ length: hosts }, (_, id) => {
    const url = new URL(simulation.agentUrl.replace('{id}', String(id)));
    return {
      targets: [url.host],
      labels: { one_host_id: String(id), __metrics_path__: url.pathname },
    };
  });
  const files = scaleOutFiles({
    format: 'vmagent',
    zoneId: '0',
    shards: 2,
    intervalSeconds: 1,
    emulators: [],
    discovery: { kind: 'file', exporters: [] },
    remoteWrite: [],
    agents,
  });
  for (const [name, text] of files) writeFileSync(path.join(folder, name), text);
  const port = await closedPort();
  const startStore = () =>
    startEngine(
      t,
      'victoria-metrics',
      [
        `-storageDataPath=${folder}/store`,
        '-retentionPeriod=1d',
        '-search.latencyOffset=1ms',
        '-search.disableCache',
      ],
      port,
    );
  const store = await startStore();
  const startAgent = (shard: number) =>
    startEngine(t, 'vmagent', [
      `-promscrape.config=${folder}/vmagent-${shard}.yml`,
      '-promscrape.noStaleMarkers',
      `-remoteWrite.url=${store.url}/api/v1/write`,
      '-remoteWrite.flushInterval=100ms',
      `-remoteWrite.tmpDataPath=${folder}/queue-${shard}`,
    ]);
  const [killed, lives] = [await startAgent(1), await startAgent(2)];
  const query = `query?query=${encodeURIComponent('onepower_host_energy_joules_total[10m]')}`;
  const allPast = (seconds: number): Promise<readonly Range[]> =>
    askUntil(store.url, query, ({ result }: { result: readonly Range[] }) =>
      result.length === hosts && result.every(({ values }) => (values.at(-1)?.[0] ?? 0) > seconds)
        ? result
        : undefined,
    );
  await allPast(0);

  await store.end();
  const awayAt = Date.now() / 1000;
  await killed.end('SIGKILL');
  const begun = await startAgent(1);
  await Promise.all([begun, lives].map(scrapesMore));
  const backAt = Date.now() / 1000;
  await startStore();
  const series = await allPast(Date.now() / 1000);

  const within = series.map(({ values }) => values.filter(([at]) => at > awayAt && at < backAt).length);
  assert.ok(
    within.every((count) => count > 0),
    `samples of hosts while the store was away: ${within}`,
  );
  // By the agent's own measure of time: its counters of CPU time stand on the same pages.
  const moved = (name: string): string =>
    `sum by (one_host_id) (last_over_time(${name}[10m]) - first_over_time(${name}[10m]))`;
  const watts = `64 * ${moved('onepower_host_energy_joules_total')} / ${moved('onepower_host_cpu_seconds_total')}`;
  const found = await askUntil(
    store.url,
    `query?query=${encodeURIComponent(watts)}`,
    ({ result }: { result: readonly Sample[] }) => result.map(({ value }) => Number(value[1])),
  );
  assert.equal(found.length, hosts);
  for (const one of found)
    assert.ok(Math.abs(one / (meanMicrowatts / 1e6) - 1) < 0.02, `a host draws ${one} W`);
});
