/** One migration from its request to its exit status. */
import { OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { formatRemoteCommand } from '../../lib/remote-command.ts';
import { migrationError } from '../errors.ts';
import { formatPlan } from '../format-plan.ts';
import type { FrontEnd } from '../lease.ts';
import { planMigration } from '../plan.ts';
import type { MigrationRequest } from '../request.ts';
import { directMigrationStep, pingThrough, type Step } from '../steps.ts';
import type { TunnelOptions } from '../tunnel-options.ts';
import { leaseOf } from './front-end.ts';
import type { CommandEnd, Hosts } from './hosts.ts';
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

/** virsh has that long to return after its job was aborted. */
const graceMs = 100_000;
/** What ping sends by default: 56 bytes of data. */
const smallPacket = 84;

const errorOf = ({ step, end }: NonNullable<PlanEnd['failed']>): OneExtError => {
  const detail = end.stderr.trim().replaceAll(/\s*\n\s*/g, '; ') || `it ended with ${end.status}`;
  const fields = { host: step.host, command: formatRemoteCommand(step.argv), detail };
  return migrationError(/^sudo: /m.test(end.stderr) ? 'TUNNEL_NOT_PERMITTED' : 'TUNNEL_STEP_FAILED', fields);
};

/** Runs a list of steps; the driver's status, or the error of what came before it. */
const runSteps = async (
  run: MigrationRun,
  steps: readonly Step[],
  explainProbe?: () => Promise<OneExtError>,
): Promise<number> => {
  const { hosts, request, signal, say } = run;
  let probeError: OneExtError | undefined;
  const runStep = async (step: Step): Promise<CommandEnd> => {
    if (step.part !== 'migration') return hosts.run(step.host, step.argv);
    const input = request.document;
    const status = await hosts.runOnLifeline(step.host, step.argv, { input, signal, graceMs });
    return { status, stdout: '', stderr: '' };
  };
  const end = await runPlan(steps, {
    run: runStep,
    undo: hosts.run,
    isInterrupted: () => signal.aborted,
    onFailure: async ({ part }) => {
      if (part === 'probe') probeError = await explainProbe?.();
    },
  });
  for (const { host, argv, end: undoEnd } of end.left) {
    const why = undoEnd.stderr.trim().split('\n').at(-1) ?? '';
    say(
      'WARN',
      `${formatRemoteCommand(argv)} on ${host} failed: ${why}; oneext tunnel clean removes what is left`,
    );
  }
  if (end.interrupted) {
    const fields = { deployId: request.deployId, signal: String(signal.reason) };
    throw migrationError('MIGRATION_INTERRUPTED', fields);
  }
  if (end.failed === undefined || end.failed.step.part === 'migration') return end.status;
  throw probeError ?? errorOf(end.failed);
};

const migrateDirectly = (run: MigrationRun): Promise<number> =>
  runSteps(run, [directMigrationStep(run.request, run.options['tunnel.remotes'])]);

const surveyAndPlan = async ({ request, options, hosts, frontEnd }: MigrationRun) => {
  const { source, destination, vmId } = request;
  const survey = await surveyEnds(hosts, { source, destination });
  return planMigration({ request, options, survey, frontEnd, lease: leaseOf(vmId, frontEnd) });
};

const migrateThroughTunnel = async (run: MigrationRun): Promise<number> => {
  const { hosts, say, request } = run;
  const { source, destination } = request;
  const { plan, steps } = await surveyAndPlan(run);
  const { tunnel, kind, underlay } = plan;
  const ends = `from ${source} ${underlay.sourceAddress} to ${destination} ${underlay.destinationAddress}`;
  say('INFO', `tunnel ${tunnel.device} (${kind}, VNI ${tunnel.vni}, MTU ${underlay.mtu}) ${ends}`);
  return runSteps(run, steps, async () => {
    const small = await hosts.run(source, pingThrough(tunnel.destinationAddress, smallPacket, 2));
    const { sourceAddress, destinationAddress, mtu } = underlay;
    if (small.status === 0) return migrationError('TUNNEL_MTU', { source, destination, mtu });
    return migrationError('TUNNEL_SILENT', { source, sourceAddress, destination, destinationAddress });
  });
};

/** The stock driver's exit status; fails with what kept it from being started. */
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
    // After these a migration in the clear makes no sense.
    const isFinal =
      !(thrown instanceof OneExtError) ||
      migrationError.is(thrown, 'MIGRATION_UNDERWAY', 'MIGRATION_INTERRUPTED');
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
