/** vmagents, a VictoriaMetrics and a vmalert, with the files that `oneext prometheus scale-out` writes. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedCloud } from './cloud.ts';
import type { Lab } from './lab.ts';
import type { Daemon } from './processes.ts';

export interface Engine {
  readonly daemon: Daemon;
  readonly url: string;
}

export interface Engines {
  readonly startStore: () => Promise<Engine>;
  /** @param shard from 1 */
  readonly startAgent: (shard: number) => Promise<Engine>;
  readonly startRules: () => Promise<Engine>;
  /** Evaluates the rules for a time that has gone; seconds since 1970. */
  readonly replay: (from: number, to: number) => Promise<void>;
  /** Values of an instant query, by the text of their labels. */
  readonly query: (expression: string) => Promise<ReadonlyMap<string, number>>;
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export const shards = 2;
export const intervalSeconds = 15;

const startEngine = async ({ processes }: Lab, port: number, argv: readonly string[]): Promise<Engine> => {
  const url = `http://127.0.0.1:${port}`;
  const [program = '', ...flags] = argv;
  const daemon = await processes.startDaemon(
    [program, `-httpListenAddr=127.0.0.1:${port}`, ...flags],
    'starting http server',
  );
  for (;;) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return { daemon, url };
    await sleep(100);
  }
};

const labelsOf = (metric: Sample['metric']): string =>
  Object.entries(metric)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join();

const queryStore = async (base: string, expression: string): Promise<ReadonlyMap<string, number>> => {
  const answer = await fetch(`${base}/api/v1/query?query=${encodeURIComponent(expression)}`);
  if (!answer.ok) throw new Error(`${expression}: ${(await answer.text()).slice(0, 500)}`);
  const { data } = (await answer.json()) as { readonly data: { readonly result: readonly Sample[] } };
  return new Map(data.result.map(({ metric, value }) => [labelsOf(metric), Number(value[1])]));
};

/** @param exporterUrl of the exporter that knows the VMs */
export const createEngines = async (
  lab: Lab,
  { endpoint, agentUrl }: SimulatedCloud,
  exporterUrl: string,
): Promise<Engines> => {
  const { processes, nextPort, folder } = lab;
  const files = path.join(folder, 'scale-out');
  await mkdir(folder, { recursive: true });
  await processes.runToEnd(
    [
      ...['dist/oneext', 'prometheus', 'scale-out', `--directory=${files}`, `--shards=${shards}`],
      ...[`--interval=${intervalSeconds}`, `--exporter=${exporterUrl}`, `--power.agent-url=${agentUrl}`],
    ],
    undefined,
    { ONE_XMLRPC: endpoint, ONE_AUTH: path.join(folder, 'one_auth') },
  );
  const storePort = await nextPort();
  const store = `http://127.0.0.1:${storePort}`;
  const rules = [`-rule=${files}/rules.yml`, `-datasource.url=${store}`, `-remoteWrite.url=${store}`];
  return {
    startStore: () => startEngine(lab, storePort, ['victoria-metrics', `-storageDataPath=${folder}/store`]),
    startAgent: async (shard) =>
      startEngine(lab, await nextPort(), [
        ...['vmagent', `-promscrape.config=${files}/vmagent-${shard}.yml`, '-promscrape.noStaleMarkers'],
        '-promscrape.maxScrapeSize=256MB',
        `-remoteWrite.url=${store}/api/v1/write`,
        `-remoteWrite.tmpDataPath=${folder}/queue-${shard}`,
      ]),
    startRules: async () => startEngine(lab, await nextPort(), ['vmalert', ...rules]),
    async replay(from, to) {
      const time = (seconds: number): string => new Date(seconds * 1000).toISOString();
      await processes.runToEnd([
        ...['vmalert', ...rules, `-httpListenAddr=127.0.0.1:${await nextPort()}`],
        ...[`-replay.timeFrom=${time(from)}`, `-replay.timeTo=${time(to)}`, '-replay.disableProgressBar'],
      ]);
    },
    query: (expression) => queryStore(store, expression),
  };
};
