/** What the exporter serves with one set of options: another set makes another one (SIGHUP). */

import { readOneAuth } from '../../lib/io/one-client.ts';
import type { WebAnswer, WebHandler, WebHandlers } from '../../lib/io/web-answers.ts';
import { createXmlRpcClient, type XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { Log } from '../../lib/log/log.ts';
import { contentTypes, encodeFamilies, endOfExposition } from '../../lib/prometheus/exposition.ts';
import { chooseFormat, scrapeBudgetMs } from '../../lib/prometheus/negotiate.ts';
import { collectors } from '../collectors.ts';
import { discoveryPaths, type ExporterOptions } from '../exporter-options.ts';
import type { Tariffs } from '../grid/tariffs.ts';
import type { PowerPage } from '../pages/io/power-page.ts';
import { formatLandingPage } from '../pages/landing-page.ts';
import type { AgentMemories } from './agent-memory.ts';
import type { EnergyAccounts } from './energy-accounts.ts';
import type { KeptStates } from './kept-states.ts';
import { createPartReader } from './own-part.ts';
import { type OwnSources, ownSources } from './own-sources.ts';
import type { ProcessMetrics } from './process-metrics.ts';
import type { MonitoringPusher } from './push-monitoring.ts';
import type { ReadCountries } from './read-countries.ts';
import { createScrape } from './scrape.ts';
import { discoveryHandlers } from './serve-discovery.ts';
import { createSharedPage, type MakePage } from './shared-page.ts';
import { createSources, reuseMs } from './sources.ts';
import type { HostAttributesWriter } from './write-host-attributes.ts';

/** A scraper that does not say how long it waits: Prometheus' default of 10 s, less half a second. */
const defaultBudgetMs = 9500;

const ok = (contentType: string, body: WebAnswer['body']): WebAnswer => ({ status: 200, contentType, body });

const landingHandlers = (options: ExporterOptions, version: string): WebHandlers => {
  const page = formatLandingPage(version, options['web.telemetry-path'], Object.values(discoveryPaths));
  return new Map([['/', () => ok('text/html; charset=utf-8', page)]]);
};

export interface ServingContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly endpoint: URL;
  readonly version: string;
  readonly processMetrics: ProcessMetrics;
  /** Outlasts a set of options. */
  readonly kept: KeptStates;
  readonly agentMemories: AgentMemories;
  readonly tariffs: Tariffs;
  readonly energy: EnergyAccounts;
  readonly monitoring: MonitoringPusher;
  readonly hostAttributes: HostAttributesWriter;
  readonly powerPage: PowerPage;
  readonly now: () => number;
  readonly readCountries: ReadCountries;
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface Serving {
  readonly handlers: WebHandlers;
  /** What it alone writes and keeps. */
  readonly sources: OwnSources;
  readonly client: XmlRpcClient;
}

export const createServing = (options: ExporterOptions, context: ServingContext): Serving => {
  const { environment, endpoint, version, processMetrics, energy, monitoring, hostAttributes, powerPage } =
    context;
  const { now, signal, log } = context;
  const client = createXmlRpcClient({
    endpoint,
    credentials: () => readOneAuth(environment),
    totalTimeoutMs: options['one.timeout'],
    onCall: processMetrics.onCall,
    signal,
  });
  const sources = createSources(options, {
    ...context,
    client,
    energy: energy.source,
    energyCopy: energy.copySource,
    carbonCounts: energy.carbonSource,
    monitoringPush: monitoring.source,
    onReading() {
      energy.onReading();
      monitoring.onReading();
      hostAttributes.onReading();
      if (options['web.page'] === 'on') powerPage.onReading();
    },
  });
  const readPart = createPartReader(sources.hosts, options.shard, options['power.agent-url']);
  const scrape = createScrape({
    collectors: collectors.filter(({ name }) => options[`collector.${name}`]),
    sources,
    settings: options,
    readPart,
    // Values that are refreshed rarely are old before they fail for the first time.
    maxAgeMs: options['snapshot.max-age'] + Math.max(0, options['one.min-refresh-interval'] - reuseMs),
    now,
    log,
  });
  const makePage: MakePage = async (format, budgetMs) => {
    const page = await scrape(format, budgetMs);
    const own = encodeFamilies(await processMetrics.read(), format);
    return { ...page, body: [...page.body, own, Buffer.from(endOfExposition[format])] };
  };
  const readPage = createSharedPage(makePage, now);
  const serveMetrics: WebHandler = async (headers) => {
    const format = chooseFormat(headers.accept);
    const timeout = String(headers['x-prometheus-scrape-timeout-seconds'] ?? '');
    return ok(contentTypes[format], await readPage(format, scrapeBudgetMs(timeout) ?? defaultBudgetMs));
  };
  const handlers = new Map<string, WebHandler>([
    ...discoveryHandlers(options, sources, { log, now, signal }),
    ...energy.handlers,
    [options['web.telemetry-path'], serveMetrics],
    ['/-/healthy', () => ok('text/plain; charset=utf-8', 'Healthy\n')],
    ['/-/ready', () => ok('text/plain; charset=utf-8', 'Ready\n')],
    ...(options['web.page'] === 'on' ? powerPage.handlers : landingHandlers(options, version)),
  ]);
  return { handlers, sources: ownSources(sources, readPart), client };
};
