/** Puts the exporter together and runs it until it is told to end; told to, it reads its configuration again. */
import { setMaxListeners } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describeStrayKey } from '../../lib/config/sections.ts';
import { commonError } from '../../lib/errors/common-errors.ts';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { shownUrl } from '../../lib/http/http-url.ts';
import { readEndpointUrl } from '../../lib/io/connect-one.ts';
import { createCycle } from '../../lib/io/cycle.ts';
import { readOneAuth } from '../../lib/io/one-client.ts';
import { besideProgram } from '../../lib/io/this-process.ts';
import { startWebServer } from '../../lib/io/web-server.ts';
import { createLog, type Log } from '../../lib/log/log.ts';
import { copyPaths, type ExporterOptions, exporterOptions } from '../exporter-options.ts';
import { co2ServiceProblems } from '../grid/co2-service.ts';
import { requireTariffs, type Tariffs } from '../grid/tariffs.ts';
import { listenProblems } from '../listen-problems.ts';
import { createPowerPage } from '../pages/io/power-page.ts';
import { planReload } from '../reload.ts';
import { isWhole, type Shard, shardFolder } from '../shard.ts';
import { createAgentMemories } from './agent-memory.ts';
import { createEnergyAccounts } from './energy-accounts.ts';
import { openKeptStates, writeKeptStates } from './kept-states.ts';
import { createProcessMetrics } from './process-metrics.ts';
import { createMonitoringPusher } from './push-monitoring.ts';
import { createCountriesReader } from './read-countries.ts';
import { readExporterOptions } from './read-options.ts';
import { createGuestServer } from './serve-guests.ts';
import { createServing } from './serving.ts';
import { createHostAttributesWriter } from './write-host-attributes.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const graceMs = 5000;
/** Counts are shown once they are written, so this is how old they may be. */
const writeStateMs = 10_000;
/** What was learnt of hosts is larger than the rest, and changes with each answer. */
const keepLearntMs = 300_000;

export interface RunOptions {
  readonly argv: readonly string[];
  readonly environment: Environment;
  readonly version: string;
  /** The running program: those of its threads stand beside it. */
  readonly programFile: string;
  readonly writeLog: (line: string) => void;
  /** Takes what is to be done when the process is told to read its configuration again. */
  readonly onReload: (reload: () => void) => void;
  /** Resolves when the process is told to end. */
  readonly untilEnd: Promise<string>;
}

interface Configuration {
  readonly options: ExporterOptions;
  readonly unknownKeys: readonly string[];
  readonly tariffs: Tariffs;
  readonly endpoint: URL;
}

/** Several exporters on one machine have a folder each, in the one that an exporter alone would make. */
const folderOfShard = async <Folder extends string | undefined>(
  folder: Folder,
  shard: Shard,
): Promise<Folder | string> => {
  if (folder === undefined || isWhole(shard)) return folder;
  const own = path.join(folder, shardFolder(shard));
  // Whoever needs it says what is wrong.
  for (const one of [folder, own]) await mkdir(one, { mode: 0o750 }).catch(() => undefined);
  return own;
};

/** Fails with everything that the exporter cannot start with. */
const readConfiguration = async (
  argv: readonly string[],
  environment: Environment,
): Promise<Configuration> => {
  const { options: given, unknownKeys, document } = await readExporterOptions(argv, environment);
  const options = {
    ...given,
    'energy.directory': await folderOfShard(given['energy.directory'], given.shard),
  };
  const tariffs = requireTariffs(document);
  const problems = [...listenProblems(options), ...co2ServiceProblems(options)];
  if (problems.length > 0)
    throw commonError('CONFIG_INVALID', { count: problems.length, problems: problems.join('; ') });
  const endpoint = await readEndpointUrl(environment);
  await readOneAuth(environment);
  return { options, unknownKeys, tariffs, endpoint };
};

const createExporterLog = (options: ExporterOptions, write: (line: string) => void): Log =>
  createLog({ level: options['log.level'], format: options['log.format'], now: () => new Date(), write });

const warnOfUnknownKeys = (log: Log, { unknownKeys, options }: Configuration): void => {
  for (const key of unknownKeys)
    log.warn('unknown key in the configuration', {
      key,
      detail: describeStrayKey(key, exporterOptions),
      file: options['config.file'],
    });
};

export const runExporter = async (run: RunOptions): Promise<void> => {
  const { argv, environment, version } = run;
  let configuration = await readConfiguration(argv, environment);
  let currentLog = createExporterLog(configuration.options, run.writeLog);
  const log: Log = {
    debug: (message, fields) => currentLog.debug(message, fields),
    info: (message, fields) => currentLog.info(message, fields),
    warn: (message, fields) => currentLog.warn(message, fields),
    error: (message, fields) => currentLog.error(message, fields),
  };
  warnOfUnknownKeys(log, configuration);
  const ending = new AbortController();
  setMaxListeners(0, ending.signal); // one for each agent that is being asked
  // Milliseconds since 1970 that never step back when the clock is set.
  const now = (): number => performance.timeOrigin + performance.now();
  const wall = (ms: number): number => ms + Date.now() - now();
  const processMetrics = createProcessMetrics(version);
  const stateFolder = await folderOfShard(environment['STATE_DIRECTORY'], configuration.options.shard);
  const kept = await openKeptStates({ folder: stateFolder, now, log });
  const agentMemories = createAgentMemories(kept.learntHosts.written());
  const keepLearnt = (): void => kept.learntHosts.advance(() => agentMemories.models.learnt);
  const energy = createEnergyAccounts({
    settings: () => configuration.options,
    gpuIntervalMs: () => configuration.options['power.monitoring-interval'],
    sources: () => serving.sources.accounted,
    ownUrl: () => server.urls[0] ?? '',
    credentials: () => readOneAuth(environment),
    signal: ending.signal,
    now,
    wall,
    log,
    onStep: (documents, readAt) => guests.onStep(documents, readAt),
  });
  const guests = createGuestServer({
    settings: () => configuration.options,
    sources: () => serving.sources.all,
    readPart: () => serving.sources.readPart(),
    energy: energy.source,
    onUp: processMetrics.onGuestServer,
    now,
    log,
  });
  const monitoring = createMonitoringPusher({
    isWhole: () => isWhole(configuration.options.shard),
    settings: () => configuration.options,
    readingsEveryMs: () =>
      configuration.options['collector.energy'] ? configuration.options['energy.interval'] : 0,
    sources: () => serving.sources.own,
    client: () => serving.client,
    now,
    wall,
    log,
  });
  const hostAttributes = createHostAttributesWriter({
    settings: () => configuration.options,
    sources: () => serving.sources.own,
    client: () => serving.client,
    now,
    log,
  });
  const powerPage = await createPowerPage({
    settings: () => configuration.options,
    tariffs: () => configuration.tariffs,
    sources: () => serving.sources.own,
    programFile: run.programFile,
    version,
    now,
  });
  const shared = {
    environment,
    version,
    processMetrics,
    kept,
    agentMemories,
    energy,
    monitoring,
    hostAttributes,
    powerPage,
    now,
    readCountries: createCountriesReader(besideProgram(run.programFile, 'countries-thread.js')),
    signal: ending.signal,
    log,
  };
  const serve = ({ options, tariffs, endpoint }: Configuration) =>
    createServing(options, { ...shared, tariffs, endpoint });
  let serving = serve(configuration);
  const server = await startWebServer({
    addresses: configuration.options['web.listen-address'],
    webConfigFile: configuration.options['web.config.file'],
    programFile: run.programFile,
    handlers: () => serving.handlers,
    guardedPaths: Object.values(copyPaths),
    log,
  });

  const guestServer = await guests.start(run.programFile).catch(async (thrown: unknown) => {
    await server.close(0);
    throw thrown;
  });

  const reload = async (): Promise<void> => {
    await Promise.all([server.reload(), guestServer?.reload()]);
    try {
      const read = await readConfiguration(argv, environment);
      const { options, changed, waiting } = planReload(configuration, read);
      const next = { ...read, options };
      const isSame = changed.length === 0 && next.endpoint.href === configuration.endpoint.href;
      if (!isSame) serving = serve(next);
      configuration = next;
      currentLog = createExporterLog(next.options, run.writeLog);
      warnOfUnknownKeys(log, next);
      if (waiting.length > 0)
        log.warn('changed options need a restart of the exporter', { options: waiting.join(' ') });
      log.info('configuration loaded again', { changed: changed.join(' ') });
    } catch (thrown) {
      log.error('the configuration cannot be used; the old one stays in force', { error: reasonOf(thrown) });
    }
  };
  let reloading = Promise.resolve();
  run.onReload(() => {
    reloading = reloading.then(reload);
  });

  const writing = createCycle(() => writeKeptStates(kept), writeStateMs);
  const learning = createCycle(async () => keepLearnt(), keepLearntMs);
  writing.start();
  learning.start();
  if (configuration.options['collector.energy']) energy.start();
  monitoring.start();
  hostAttributes.start();
  powerPage.start();
  log.info('listening', { url: server.urls.join(' '), version, one: shownUrl(configuration.endpoint) });
  const signal = await run.untilEnd;
  log.info('ending', { signal });
  powerPage.close();
  await Promise.all([server.close(graceMs), guestServer?.close(graceMs)]);
  ending.abort();
  writing.stop();
  learning.stop();
  await energy.close();
  await hostAttributes.close();
  await monitoring.close();
  keepLearnt();
  await writeKeptStates(kept);
};
