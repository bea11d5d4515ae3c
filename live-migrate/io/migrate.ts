/** One migration from its request to its exit status. */
import { OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { type Argv, formatRemoteCommand } from '../../lib/remote-command.ts';
import { migrationError } from '../errors.ts';
import { formatPlan } from '../format-plan.ts';
import type { FrontEnd } from '../lease.ts';
import { planMigration } from '../plan.ts';
import type { MigrationRequest } from '../request.ts';
import { directMigrationStep, pingThrough, type Step, type TunnelPlan } from '../steps.ts';
import type { TunnelOptions } from '../tunnel-options.ts';
import { leaseOf } from './front-end.ts';
import { type CommandEnd, type Hosts, isUncertain, timeoutStatus } from './hosts.ts';
import { runDriver } from './run-driver.ts';
import { type PlanEnd, runPlan } from './run-plan.ts';
import { surveyEnds } from './survey.ts';

export interface MigrationRun {
  readonly request: MigrationRequest;
  readonly options: TunnelOptions;
  readonly hosts: Hosts;
  readonly frontEnd: FrontEnd;
  /** Aborted with the signal's name when the process is to end. */
  readonly signal: AbortSignal;
  readonly say: (level: 'INFO' | 'WARN', text: string) => void;
}

/** What ping sends by default: 56 bytes of data. */
const smallPacket = 84;

type Failure = NonNullable<PlanEnd['failed']>;

const detailOf = ({ stderr, status }: CommandEnd): string =>
  stderr.trim().replaceAll(/\s*\n\s*/g, '; ') || `it ended with ${status}`;

const errorOf = ({ step, end }: Failure): OneExtError => {
  const fields = { host: step.host, command: formatRemoteCommand(step.argv), detail: detailOf(end) };
  return migrationError(/^sudo: /m.test(end.stderr) ? 'TUNNEL_NOT_PERMITTED' : 'TUNNEL_STEP_FAILED', fields);
};

/** A connection that has broken is replaced once: what was made is removed where that is possible at all. */
const undoOn =
  (hosts: Hosts) =>
  async (host: string, argv: Argv): Promise<CommandEnd> => {
    const end = await hosts.run(host, argv);
    if (!isUncertain(end.status)) return end;
    hosts.disconnect(host);
    return hosts.run(host, argv);
  };

/** Runs a list of steps; the status that is true of the guest, or the error of what came before. */
const runSteps = async (
  run: MigrationRun,
  steps: readonly Step[],
  explainProbe?: (failure: Failure) => Promise<OneExtError>,
): Promise<number> => {
  const { hosts, request, options, signal, say } = run;
  const recoveryTimeoutMs = options['tunnel.recovery-timeout'];
  let error: OneExtError | undefined;
  const runStep = async ({ host, argv, part }: Step): Promise<CommandEnd> => {
    if (part !== 'migration') return hosts.run(host, argv);
    const end = await runDriver({ request, hosts, signal, recoveryTimeoutMs, say }, host, argv);
    if ('error' in end) error = end.error;
    return { status: 'error' in end ? end.error.exitCode : end.status, stdout: '', stderr: '' };
  };
  const end = await runPlan(steps, {
    run: runStep,
    undo: undoOn(hosts),
    isInterrupted: () => signal.aborted,
    onFailure: async (failure) => {
      if (failure.step.part.endsWith('probe')) error = await explainProbe?.(failure);
    },
  });
  for (const { host, argv, end: undoEnd } of end.left) {
    const why = `${formatRemoteCommand(argv)} on ${host} failed: ${detailOf(undoEnd)}`;
    say('WARN', `${why}; oneext tunnel clean removes what is left`);
  }
  if (end.interrupted) {
    const fields = { deployId: request.deployId, signal: String(signal.reason) };
    throw migrationError('MIGRATION_INTERRUPTED', fields);
  }
  if (error !== undefined) throw error;
  if (end.failed === undefined || end.failed.step.part === 'migration') return end.status;
  throw errorOf(end.failed);
};

const migrateDirectly = (run: MigrationRun): Promise<number> =>
  runSteps(run, [directMigrationStep(run.request, run.options['tunnel.remotes'])]);

const surveyAndPlan = async ({ request, options, hosts, frontEnd }: MigrationRun) => {
  const { source, destination, vmId } = request;
  const survey = await surveyEnds(hosts, { source, destination }, options['tunnel.remotes']);
  return planMigration({ request, options, survey, frontEnd, lease: leaseOf(vmId, frontEnd) });
};

const explainProbe = async (
  { hosts, request }: MigrationRun,
  { tunnel, underlay, migrationPort }: TunnelPlan,
  { step, end }: Failure,
): Promise<OneExtError> => {
  const { source, destination } = request;
  if (step.part === 'port-probe') {
    const detail = end.status === timeoutStatus ? 'no answer' : detailOf(end);
    return migrationError('TUNNEL_PORT_CLOSED', { source, destination, port: migrationPort, detail });
  }
  const small = await hosts.run(source, pingThrough(tunnel.destinationAddress, smallPacket, 2));
  const { sourceAddress, destinationAddress, mtu } = underlay;
  return small.status === 0
    ? migrationError('TUNNEL_MTU', { source, destination, mtu })
    : migrationError('TUNNEL_SILENT', { source, sourceAddress, destination, destinationAddress });
};

const migrateThroughTunnel = async (run: MigrationRun): Promise<number> => {
  const { source, destination } = run.request;
  const { plan, steps } = await surveyAndPlan(run);
  const { tunnel, kind, underlay } = plan;
  const ends = `from ${source} ${underlay.sourceAddress} to ${destination} ${underlay.destinationAddress}`;
  run.say('INFO', `tunnel ${tunnel.device} (${kind}, VNI ${tunnel.vni}, MTU ${underlay.mtu}) ${ends}`);
  return runSteps(run, steps, (failure) => explainProbe(run, plan, failure));
};

/** The exit status that is true of the guest; fails with what kept the driver from being started. */
export const migrate = async (run: MigrationRun): Promise<number> => {
  const { request, options, hosts, say } = run;
  const { source, destination } = request;
  // At the same time: connecting takes most of what a tunnel costs.
  const connections = [hosts.connect(source, { forwardAgent: true })];
  if (destination !== source) connections.push(hosts.connect(destination));
  const [toSource, toDestination] = await Promise.allSettled(connections);
  if (toSource?.status === 'rejected') throw toSource.reason;
  if (source === destination) return migrateDirectly(run);
  try {
    if (toDestination?.status === 'rejected') throw toDestination.reason;
    return await migrateThroughTunnel(run);
  } catch (thrown) {
    // After these a migration without a tunnel makes no sense.
    const isFinal =
      !(thrown instanceof OneExtError) ||
      migrationError.is(
        thrown,
        'MIGRATION_UNDERWAY',
        'MIGRATION_ELSEWHERE',
        'MIGRATION_INTERRUPTED',
        'MIGRATION_BROKEN_OFF',
        'MIGRATION_END_UNKNOWN',
      );
    if (isFinal || options['tunnel.on-failure'] === 'fail') throw thrown;
    say('WARN', `${reasonOf(thrown)}; migrating without a tunnel, as tunnel.on_failure=direct says`);
    return migrateDirectly(run);
  }
};

/** What `migrate` would do, as text. */
export const describeMigration = async (run: MigrationRun): Promise<string> => {
  const { request, options, hosts } = run;
  const { source, destination } = request;
  if (source === destination) return formatPlan([directMigrationStep(request, options['tunnel.remotes'])]);
  await Promise.all([source, destination].map((host) => hosts.connect(host)));
  return formatPlan((await surveyAndPlan(run)).steps);
};
