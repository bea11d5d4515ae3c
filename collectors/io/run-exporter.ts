/** Puts the exporter together and runs it until it is told to end. */
import { setMaxListeners } from 'node:events';
import { describeStrayKey } from '../../lib/config/sections.ts';
import { shownUrl } from '../../lib/http/http-url.ts';
import { readEndpointUrl } from '../../lib/io/connect-one.ts';
import { readOneAuth } from '../../lib/io/one-client.ts';
import { startWebServer, type WebAnswer, type WebHandler } from '../../lib/io/web-server.ts';
import { createXmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { createLog } from '../../lib/log/log.ts';
import { contentTypes, encodeFamilies, endOfExposition } from '../../lib/prometheus/exposition.ts';
import { chooseFormat, scrapeBudgetMs } from '../../lib/prometheus/negotiate.ts';
import { collectors } from '../collectors.ts';
import { discoveryPaths, exporterOptions } from '../exporter-options.ts';
import { createProcessMetrics } from './process-metrics.ts';
import { readExporterOptions } from './read-options.ts';
import { createScrape } from './scrape.ts';
import { discoveryHandlers } from './serve-discovery.ts';
import { createSources, reuseMs } from './sources.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A scraper that does not say how long it waits: Prometheus' default of 10 s, less half a second. */
const defaultBudgetMs = 9500;
const graceMs = 5000;

const ok = (contentType: string, body: string | Buffer): WebAnswer => ({ status: 200, contentType, body });

const landingPage = (telemetryPath: string, version: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>OpenNebula Exporter</title></head>
<body>
<h1>OpenNebula Exporter</h1>
<p>opennebula-extensions ${version}</p>
<p><a href="${telemetryPath}">Metrics</a></p>
<p>Service discovery: ${Object.values(discoveryPaths)
  .map((path) => `<a href="${path}">${path}</a>`)
  .join(', ')}</p>
</body>
</html>
`;

export interface RunOptions {
  readonly argv: readonly string[];
  readonly environment: Environment;
  readonly version: string;
  readonly writeLog: (line: string) => void;
  /** Resolves when the process is told to end. */
  readonly untilEnd: Promise<string>;
}

export const runExporter = async ({
  argv,
  environment,
  version,
  writeLog,
  untilEnd,
}: RunOptions): Promise<void> => {
  const { options, unknownKeys } = await readExporterOptions(argv, environment);
  const endpoint = await readEndpointUrl(environment);
  await readOneAuth(environment);
  // Milliseconds since 1970 that never step back when the clock is set.
  const now = (): number => performance.timeOrigin + performance.now();
  const ending = new AbortController();
  setMaxListeners(0, ending.signal); // one for each agent that is being asked
  const log = createLog({
    level: options['log.level'],
    format: options['log.format'],
    now: () => new Date(),
    write: writeLog,
  });
  for (const key of unknownKeys)
    log.warn('unknown key in the configuration', {
      key,
      detail: describeStrayKey(key, exporterOptions),
      file: options['config.file'],
    });

  const processMetrics = createProcessMetrics(version);
  const client = createXmlRpcClient({
    endpoint,
    credentials: () => readOneAuth(environment),
    totalTimeoutMs: options['one.timeout'],
    onCall: processMetrics.onCall,
    signal: ending.signal,
  });
  const sources = createSources(options, { client, log, now, signal: ending.signal });
  const scrape = createScrape({
    collectors: collectors.filter(({ name }) => options[`collector.${name}`]),
    sources,
    settings: options,
    // Values that are refreshed rarely are old before they fail for the first time.
    maxAgeMs: options['snapshot.max-age'] + Math.max(0, options['one.min-refresh-interval'] - reuseMs),
    now,
    log,
  });

  const serveMetrics: WebHandler = async (headers) => {
    const format = chooseFormat(headers.accept);
    const timeout = headers['x-prometheus-scrape-timeout-seconds'];
    const page = await scrape(format, scrapeBudgetMs(String(timeout ?? '')) ?? defaultBudgetMs);
    const own = encodeFamilies(await processMetrics.read(), format);
    return ok(contentTypes[format], Buffer.concat([page, own, Buffer.from(endOfExposition[format])]));
  };
  const server = await startWebServer({
    ...options['web.listen-address'],
    webConfigFile: options['web.config.file'],
    log,
    handlers: new Map<string, WebHandler>([
      ...discoveryHandlers(options, sources, log),
      [options['web.telemetry-path'], serveMetrics],
      ['/-/healthy', () => ok('text/plain; charset=utf-8', 'Healthy\n')],
      ['/-/ready', () => ok('text/plain; charset=utf-8', 'Ready\n')],
      ['/', () => ok('text/html; charset=utf-8', landingPage(options['web.telemetry-path'], version))],
    ]),
  });
  log.info('listening', { url: server.url, version, one: shownUrl(endpoint) });
  const signal = await untilEnd;
  log.info('ending', { signal });
  await server.close(graceMs);
  ending.abort();
};
