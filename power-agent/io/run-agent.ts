/** Puts the power agent together and runs it until it is told to end. */
import os from 'node:os';
import path from 'node:path';
import { commonError } from '../../lib/errors/common-errors.ts';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { createCycle } from '../../lib/io/cycle.ts';
import { readOptions } from '../../lib/io/read-options.ts';
import type { WebAnswer, WebHandler } from '../../lib/io/web-answers.ts';
import { startWebServer } from '../../lib/io/web-server.ts';
import { createLog, type Log } from '../../lib/log/log.ts';
import { contentTypes, encodeFamilies, endOfExposition } from '../../lib/prometheus/exposition.ts';
import { chooseFormat } from '../../lib/prometheus/negotiate.ts';
import { forgetVms, withMeter } from '../accounts.ts';
import { type AgentOptions, agentOptions } from '../agent-options.ts';
import { carriedCounterPath } from '../carried-counter.ts';
import { agentError } from '../errors.ts';
import { formatFamilies } from '../families.ts';
import { busyOf, capacityOf, cpuSecondsBetween, type HostCpu, parseHostCpu } from '../host-cpu.ts';
import { meterNames } from '../meter.ts';
import { type AgentState, advanceAgent, beginAgent } from '../step.ts';
import { carryCounters } from './carry-counters.ts';
import { createGuestTrees, type GuestTrees } from './guest-trees.ts';
import { type KeptAccounts, keepAccounts } from './keep-accounts.ts';
import { type FoundMeter, type OpenMeter, openMeter } from './open-meter.ts';
import { readText, tryReadText } from './read-text.ts';
import { createVmReader } from './vm-reader.ts';

const graceMs = 5000;
const writeMs = 10_000;
/** VMs that arrive in a migration are looked for so often. */
const arrivalMs = 500;
/** A host without a meter may get one: a module is loaded, a BMC comes back. */
const searchMs = 60_000;

export interface RunAgent {
  readonly argv: readonly string[];
  readonly version: string;
  /** The running program, for its second thread. */
  readonly programFile: string;
  readonly writeLog: (line: string) => void;
  /** Resolves when the process is told to end. */
  readonly untilEnd: Promise<string>;
}

/** Fails with USAGE. */
const readAgentOptions = async (argv: readonly string[]): Promise<AgentOptions> => {
  const { options } = await readOptions({ table: agentOptions, argv, environment: {} });
  const { 'model.idle-watts': idle, 'model.max-watts': max, meter } = options;
  const problems = [
    ...((idle === undefined) !== (max === undefined)
      ? ['--model.idle-watts and --model.max-watts go together']
      : []),
    ...(idle !== undefined && max !== undefined && max < idle
      ? [`--model.max-watts is ${max} but must not be below --model.idle-watts, which is ${idle}`]
      : []),
    ...(meter === 'model' && idle === undefined && max === undefined
      ? ['--meter=model needs --model.idle-watts and --model.max-watts']
      : []),
    ...(options['web.listen-address'].length === 0 ? ['--web.listen-address must name one address'] : []),
  ];
  if (problems.length > 0) throw commonError('USAGE', { problems: problems.join('; ') });
  return options;
};

/** Fails with AGENT_PROCFS. */
const readHostCpu = (procfs: string): HostCpu => {
  const file = path.join(procfs, 'stat');
  const fail = (detail: string, cause?: unknown) => agentError('AGENT_PROCFS', { path: file, detail }, cause);
  let text: string;
  try {
    text = readText(file);
  } catch (thrown) {
    throw fail(reasonOf(thrown), thrown);
  }
  const cpu = parseHostCpu(text);
  if (cpu === undefined) throw fail('it has no lines of CPUs');
  return cpu;
};

const findMeter = (options: AgentOptions): Promise<FoundMeter> => {
  const { meter: wanted, 'model.idle-watts': idleWatts, 'model.max-watts': maxWatts } = options;
  const givenPower = idleWatts === undefined || maxWatts === undefined ? undefined : { idleWatts, maxWatts };
  const names = wanted === 'auto' ? meterNames : [wanted];
  return openMeter(names, { sysfs: options['path.sysfs'], givenPower });
};

/** Reads the host again and again; `current` is what came of it. */
const createReading = (
  options: AgentOptions,
  kept: KeptAccounts,
  version: string,
  trees: GuestTrees | undefined,
  log: Log,
) => {
  const { 'path.procfs': procfs, 'path.sysfs': sysfs } = options;
  const vmReader = createVmReader({ procfs, sysfs });
  let meter: OpenMeter | undefined;
  let whyNoMeter: string | undefined;
  let state: AgentState = beginAgent(kept.initial);
  let cpus = readHostCpu(procfs).cpus;

  const busyRatio = (cpu: HostCpu): number => {
    const passed = cpuSecondsBetween((state.last?.cpu ?? cpu).seconds, cpu.seconds);
    const capacity = capacityOf(passed);
    return capacity > 0 ? busyOf(passed) / capacity : 0;
  };
  const readOnce = (): void => {
    const cpu = readHostCpu(procfs);
    const reading = {
      at: performance.now() / 1000,
      now: os.uptime(),
      cpu,
      meter: meter?.read(busyRatio(cpu)),
      vms: vmReader.read(),
    };
    cpus = cpu.cpus;
    const isFirst = state.last === undefined;
    const before = state.problem;
    state = advanceAgent(state, reading);
    trees?.write([...state.accounts.vms].filter(([, { seenAt }]) => seenAt === reading.now));
    if (state.problem !== undefined && state.problem !== before && !isFirst && meter !== undefined)
      log.warn('the energy of this interval is unknown', { detail: state.problem });
  };
  return {
    async findMeter() {
      if (meter !== undefined) return;
      const found = await findMeter(options);
      const detail = found.problems.join('; ');
      meter = found.meter;
      if (meter !== undefined) {
        state = { ...state, accounts: withMeter(state.accounts, meter.name) };
        log.info('the energy of the host is measured', { meter: meter.name, tried: detail });
      } else if (detail !== whyNoMeter)
        log.warn('no meter works: CPU time is counted, energy is not', { detail });
      whyNoMeter = detail;
    },
    async read() {
      try {
        readOnce();
      } catch (thrown) {
        log.error('the host cannot be read', { error: reasonOf(thrown) });
      }
    },
    forget: () => {
      state = { ...state, accounts: forgetVms(state.accounts, state.last?.now ?? 0) };
    },
    current: () => ({
      accounts: state.accounts,
      shown: { version, meter: meter?.name ?? 'none', cpus, readAt: state.last?.now ?? os.uptime() },
    }),
  };
};

const text = (body: string): WebAnswer => ({ status: 200, contentType: 'text/plain; charset=utf-8', body });
const landingPage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>OpenNebula Power Agent</title></head>
<body>
<h1>OpenNebula Power Agent</h1>
<p><a href="/metrics">Metrics</a></p>
</body>
</html>
`;

export const runAgent = async (run: RunAgent): Promise<void> => {
  const options = await readAgentOptions(run.argv);
  const log = createLog({
    level: options['log.level'],
    format: options['log.format'],
    now: () => new Date(),
    write: run.writeLog,
  });
  const bootId = tryReadText(path.join(options['path.procfs'], 'sys/kernel/random/boot_id'))?.trim() ?? '';
  const kept = await keepAccounts(options['path.run'], bootId, log);
  const folder = options['guest-trees'];
  const trees = folder === '' ? undefined : createGuestTrees(folder, log);
  const reading = createReading(options, kept, run.version, trees, log);
  await reading.findMeter();
  await reading.read();

  const serveMetrics: WebHandler = async (headers) => {
    const { accounts, shown } = reading.current();
    await kept.write(accounts);
    const format = chooseFormat(headers.accept);
    const families = encodeFamilies(formatFamilies(accounts, shown), format);
    const body = Buffer.concat([families, Buffer.from(endOfExposition[format])]);
    return { status: 200, contentType: contentTypes[format], body };
  };
  const carried =
    trees === undefined
      ? undefined
      : carryCounters({
          folder,
          procfs: options['path.procfs'],
          port: options['web.listen-address'][0]?.port ?? 0,
          trees,
          accounts: () => reading.current().accounts,
          readAt: () => reading.current().shown.readAt,
          log,
        });
  const handlers = new Map<string, WebHandler>([
    ['/metrics', serveMetrics],
    ...(carried === undefined ? [] : [[carriedCounterPath, carried.tell] as const]),
    ['/-/healthy', () => text('Healthy\n')],
    ['/-/ready', () => text('Ready\n')],
    ['/', () => ({ status: 200, contentType: 'text/html; charset=utf-8', body: landingPage })],
  ]);
  const server = await startWebServer({
    addresses: options['web.listen-address'],
    webConfigFile: options['web.config.file'],
    programFile: run.programFile,
    handlers: () => handlers,
    log,
  });
  const write = (): Promise<void> =>
    kept.write(reading.current().accounts).catch((thrown: unknown) => {
      log.error('the counters are not kept', { error: reasonOf(thrown) });
    });
  const cycles = [
    createCycle(reading.read, options.interval),
    createCycle(async () => {
      reading.forget();
      await write();
    }, writeMs),
    createCycle(reading.findMeter, searchMs),
    ...(carried === undefined ? [] : [createCycle(carried.follow, arrivalMs)]),
  ];
  for (const cycle of cycles) cycle.start();
  log.info('listening', { url: server.urls.join(' '), version: run.version });
  const signal = await run.untilEnd;
  log.info('ending', { signal });
  for (const cycle of cycles) cycle.stop();
  await server.close(graceMs);
  await write();
};
