/**
 * migrate_tunnel: the entry. oned's local action `migrate`: `DEPLOY_ID DST SRC VMID SRC`, the action document in
 * base64 on stdin. stdout stays empty (oned reads it as its protocol); the exit status is the stock driver's.
 */
import { readFileSync } from 'node:fs';
import { formatHelp } from '../lib/config/format-options.ts';
import { describeStrayKey, sectionsOf } from '../lib/config/sections.ts';
import { OneExtError, reasonOf } from '../lib/errors/oneext-error.ts';
import { watchInterruption } from '../lib/io/interruption.ts';
import { readOptions } from '../lib/io/read-options.ts';
import { surviveClosedStreams } from '../lib/io/standard-streams.ts';
import { readFrontEnd } from './io/front-end.ts';
import { createHosts } from './io/hosts.ts';
import { describeMigration, type MigrationRun, migrate } from './io/migrate.ts';
import { parseRequest } from './request.ts';
import { tunnelOptions } from './tunnel-options.ts';

const usage = `Usage: migrate_tunnel [OPTION...] DEPLOY_ID DESTINATION SOURCE VM_ID SOURCE < DOCUMENT

Migrates a VM live through a tunnel of its own; oned calls it. Options:
`;
const say = (level: string, text: string): void =>
  void process.stderr.write(`${level}: migrate_tunnel: ${text}\n`);

const showPlan = async (run: MigrationRun, isFlagGiven: boolean): Promise<number> => {
  const plan = await describeMigration(run);
  if (isFlagGiven) {
    process.stdout.write(plan);
    return 0;
  }
  // oned would take status 0 for a migration that was done.
  process.stderr.write(`${plan}migrate_tunnel: this was a dry run: nothing was migrated\n`);
  return 1;
};

const runMigration = async (run: MigrationRun): Promise<number> => {
  const status = await migrate(run);
  if (status !== 0) {
    const { deployId, source, destination } = run.request;
    const what = `the migration of ${deployId} from ${source} to ${destination} failed`;
    process.stderr.write(`migrate_tunnel: ${what} with status ${status}; see the lines above\n`);
  }
  return status;
};

/** oned may have gone: what is said is lost then, and the migration is not. */
const ignoreClosedPipes = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
};

const main = async (argv: readonly string[]): Promise<number> => {
  if (argv.includes('--help')) {
    process.stdout.write(usage + formatHelp(tunnelOptions));
    return 0;
  }
  ignoreClosedPipes();
  // Ends in order when oned gives up (TERM), hangs up or a user interrupts.
  const { first: signal } = watchInterruption();
  const { options, operands, given, unknownKeys } = await readOptions({
    table: tunnelOptions,
    argv,
    environment: process.env,
    operands: '[WORD...]', // parseRequest counts them
    answersFor: sectionsOf('migrate_tunnel'),
  });
  for (const key of unknownKeys)
    say('WARN', `${options['config.file']}: ${describeStrayKey(key, tunnelOptions)}`);
  const request = parseRequest(operands, readFileSync(0));
  const hosts = await createHosts({
    connectTimeoutMs: options['tunnel.ssh-timeout'],
    commandTimeoutMs: options['tunnel.step-timeout'],
  });
  try {
    const run = { request, options, hosts, frontEnd: readFrontEnd(), signal, say };
    return await (options['dry-run'] ? showPlan(run, given.get('dry-run') === 'flag') : runMigration(run));
  } finally {
    await hosts.close();
  }
};

surviveClosedStreams();
process.exitCode = 1; // until it is known better
main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (thrown: unknown) => {
    const hint = thrown instanceof OneExtError ? `; ${thrown.hint} (${thrown.code})` : '';
    // Without a level: oned shows such lines in the VM's ERROR.
    process.stderr.write(`migrate_tunnel: ${reasonOf(thrown).replaceAll(/\s*\n\s*/g, '; ')}${hint}\n`);
    process.exitCode = thrown instanceof OneExtError ? thrown.exitCode : 1;
  },
);
