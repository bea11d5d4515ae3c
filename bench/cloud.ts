/** A simulated cloud with our exporter in front of it, each a process of its own, and curl to ask both. */
import { mkdir, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatRpcRequest } from '../lib/one/rpc-request.ts';
import { type SimulatedAgent, simulatedCredentials } from '../simulator/simulate.ts';
import { readRssBytes } from './process-load.ts';
import type { Daemon, Processes } from './processes.ts';

export interface Scale {
  /** Which agent the hosts have; Scaphandre where nothing is said. */
  readonly agent?: SimulatedAgent;
  readonly hosts: number;
  readonly vms: number;
  readonly processes: number;
}

export interface Cloud {
  readonly scale: Scale;
  readonly endpoint: string;
  readonly agentUrl: string;
  /** Asks our exporter, by curl. */
  scrape(): Promise<void>;
  readPage(): Promise<string>;
  /** The documents of a refresh and nothing else, by one curl; their bytes. */
  downloadBare(): Promise<number>;
  /** The pages of all agents, by one curl; their bytes. */
  downloadPages(): Promise<number>;
  /** Waits until no snapshot is fresh. */
  untilStale(): Promise<void>;
  exporterRssBytes(): Promise<number>;
}

const firstPort = 31_000;
const snapshotReuseMs = 5000;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** Ports from 31000 on that nothing listens on, each handed out once. */
export const createPorts = (): (() => Promise<number>) => {
  let next = firstPort;
  return async () => {
    while (!(await isFree(next))) next += 1;
    next += 1;
    return next - 1;
  };
};

const calls: readonly (readonly [method: string, ...parameters: number[]])[] = [
  ['one.vmpool.info', -2, -1, -1, -1],
  ['one.hostpool.info'],
  ['one.datastorepool.info'],
  ['one.vnpool.info', -2, -1, -1],
  ['one.zonepool.info'],
];

/** `next` resets curl's options, so each download has its own; it writes how many bytes came. */
const perDownload = 'fail\noutput = "/dev/null"\nwrite-out = "%{size_download}\\n"\n';

/** curl's own configuration files: all documents, one after another, thrown away. */
const formatPagesConfig = (agentUrl: string, hosts: number): string =>
  `url = "${agentUrl.replace('{id}', `[0-${hosts - 1}]`)}"\n${perDownload}`;
const formatCurlConfig = (endpoint: string, agentUrl: string, hosts: number): string => {
  const pools = calls.map(([method, ...parameters]) => {
    const body = formatRpcRequest(method, [simulatedCredentials, ...parameters]).replaceAll('\n', '');
    return `url = "${endpoint}"\ndata = "${body.replaceAll('"', '\\"')}"\nheader = "Content-Type: text/xml"\n${perDownload}next\n`;
  });
  return `${pools.join('')}${formatPagesConfig(agentUrl, hosts)}`;
};

export interface CloudContext {
  readonly processes: Processes;
  readonly nextPort: () => Promise<number>;
  /** A folder for files of this run. */
  readonly folder: string;
}

export interface SimulatedCloud {
  readonly endpoint: string;
  readonly agentUrl: string;
}

/** @param flags `--still`, or how it moves */
export const startSimulator = async (
  { processes, nextPort }: CloudContext,
  scale: Scale,
  flags: readonly string[] = ['--still'],
): Promise<SimulatedCloud> => {
  const [port, agentsPort] = [await nextPort(), await nextPort()];
  const sizes = Object.entries(scale).flatMap(([name, count]) => [`--${name}`, String(count)]);
  const ports = ['--port', String(port), '--agents-port', String(agentsPort)];
  await processes.startDaemon(
    [process.execPath, 'build/simulator/simulator.js', ...sizes, ...ports, ...flags],
    'agentUrl',
  );
  return {
    endpoint: `http://127.0.0.1:${port}/RPC2`,
    agentUrl: `http://127.0.0.1:${agentsPort}/{id}/metrics`,
  };
};

export interface StartedExporter {
  readonly daemon: Daemon;
  /** Of its pages. */
  readonly url: string;
}

export const startExporter = async (
  { processes, nextPort, folder }: CloudContext,
  { endpoint, agentUrl }: SimulatedCloud,
  flags: readonly string[] = [],
): Promise<StartedExporter> => {
  const port = await nextPort();
  await mkdir(folder, { recursive: true });
  const authFile = path.join(folder, 'one_auth');
  await writeFile(authFile, simulatedCredentials);
  const daemon = await processes.startDaemon(
    [
      'dist/opennebula-exporter',
      `--web.listen-address=127.0.0.1:${port}`,
      `--power.agent-url=${agentUrl}`,
      ...flags,
    ],
    'listening',
    { ONE_XMLRPC: endpoint, ONE_AUTH: authFile },
  );
  return { daemon, url: `http://127.0.0.1:${port}` };
};

export const startCloud = async (context: CloudContext, scale: Scale): Promise<Cloud> => {
  const { processes, folder } = context;
  const cloud = await startSimulator(context, scale);
  const { endpoint, agentUrl } = cloud;
  const exporter = await startExporter(context, cloud);
  const curlFile = path.join(folder, `curl-${scale.agent ?? ''}-${scale.vms}`);
  const pagesFile = `${curlFile}-pages`;
  await writeFile(curlFile, formatCurlConfig(endpoint, agentUrl, scale.hosts));
  await writeFile(pagesFile, formatPagesConfig(agentUrl, scale.hosts));
  const url = `${exporter.url}/metrics`;
  let scrapedAt = Number.NEGATIVE_INFINITY;
  const scrape = async (): Promise<void> => {
    await processes.runToEnd(['curl', '-sSf', '--max-time', '60', '-o', '/dev/null', url]);
    scrapedAt = performance.now();
  };
  const download = async (configFile: string, documents: number): Promise<number> => {
    const sizes = (await processes.runToEnd(['curl', '-sS', '--max-time', '60', '-K', configFile]))
      .trim()
      .split('\n');
    if (sizes.length !== documents) throw new Error(`curl downloaded ${sizes.length} documents`);
    return sizes.reduce((sum, size) => sum + Number(size), 0);
  };
  return {
    scale,
    endpoint,
    agentUrl,
    scrape,
    readPage: () => processes.runToEnd(['curl', '-sSf', '--max-time', '60', url]),
    downloadBare: () => download(curlFile, calls.length + scale.hosts),
    downloadPages: () => download(pagesFile, scale.hosts),
    untilStale: () => sleep(Math.max(0, scrapedAt + snapshotReuseMs + 150 - performance.now())),
    exporterRssBytes: () => readRssBytes(exporter.daemon.pid),
  };
};
