/**
 * Runs one hook: options, event, a client, a time limit, lines on stderr as oned's scripts write them, and the
 * exit code.
 */
import { formatHelp } from '../../lib/config/format-options.ts';
import type { OptionTable, OptionValues } from '../../lib/config/options.ts';
import { describeStrayKey, sectionsOf } from '../../lib/config/sections.ts';
import { OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { connectOne } from '../../lib/io/connect-one.ts';
import { readOptions } from '../../lib/io/read-options.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { version } from '../../lib/version.ts';
import { hookError } from '../errors.ts';
import type { HookResource } from '../event.ts';
import { hookOptions } from '../hook-options.ts';
import { readEventId } from './read-event.ts';

export interface HookRun<Table extends OptionTable> {
  readonly id: number;
  readonly client: XmlRpcClient;
  readonly options: OptionValues<Table>;
  /** The parsed oneext.yaml, for what is more than one value. */
  readonly document: unknown;
  /** Is aborted when the time is up. */
  readonly signal: AbortSignal;
}

export interface Hook<Table extends OptionTable> {
  /** As its file is called. */
  readonly name: string;
  readonly summary: string;
  readonly resource: HookResource;
  readonly options: Table;
  /** Brings the world in line with the state now. What was done, a line each. */
  run(run: HookRun<Table>): Promise<readonly string[]>;
}

/** The part of `process` that a hook uses. */
export type HookProcess = Pick<NodeJS.Process, 'argv' | 'env' | 'stdin' | 'stdout' | 'stderr'>;

const usageOf = ({ name, summary, resource }: Hook<OptionTable>, table: OptionTable): string =>
  `Usage: ${name} [--OPTION=VALUE...] [EVENT]\n\n${summary}\n\n` +
  `EVENT is the ${resource} as base64 of XML, or its id; without it, it is read on stdin.\n\n${formatHelp(table)}`;

/** Fails with HOOK_TIME_LIMIT when the work is not done in time. */
const withinLimit = async <T>(
  timeoutMs: number,
  controller: AbortController,
  work: () => Promise<T>,
): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(hookError('HOOK_TIME_LIMIT', { timeoutMs }));
      controller.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
};

const act = async <Table extends OptionTable>(
  hook: Hook<Table>,
  { argv, env, stdin }: HookProcess,
  say: (level: 'INFO' | 'WARN', text: string) => void,
): Promise<void> => {
  const table = { ...hookOptions, ...hook.options };
  const given = await readOptions({
    table,
    argv: argv.slice(2),
    environment: env,
    operands: '[EVENT...]',
    answersFor: [...sectionsOf('every hook'), ...sectionsOf(hook.name)],
  });
  const { operands, unknownKeys, document } = given;
  // The type checker does not see through the union of both tables, whose names differ.
  const limits = given.options as OptionValues<typeof hookOptions>;
  const options = given.options as OptionValues<Table>;
  for (const key of unknownKeys) say('WARN', `${limits['config.file']}: ${describeStrayKey(key, table)}`);
  const controller = new AbortController();
  const work = async (): Promise<readonly string[]> => {
    const id = await readEventId(operands, stdin, hook.resource);
    const client = await connectOne(env, {
      totalTimeoutMs: limits['one.timeout'],
      signal: controller.signal,
    });
    return hook.run({ id, client, options, document, signal: controller.signal });
  };
  try {
    for (const line of await withinLimit(limits['hooks.time-limit'], controller, work)) say('INFO', line);
  } finally {
    stdin.destroy(); // an open pipe would keep the process alive
  }
};

/** The exit code; everything there is to say stands on stderr. */
export const runHook = async <Table extends OptionTable>(
  hook: Hook<Table>,
  process: HookProcess,
): Promise<number> => {
  const { argv, stdout, stderr } = process;
  // One line each: the hook manager keeps them as they are, and names may hold line ends.
  const say = (level: string, text: string): void =>
    void stderr.write(`${level}: ${hook.name}: ${text.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  if (argv.includes('--help')) {
    stdout.write(usageOf(hook, { ...hookOptions, ...hook.options }));
    return 0;
  }
  if (argv.includes('--version')) {
    stdout.write(`${hook.name} ${version}\n`);
    return 0;
  }
  try {
    await act(hook, process, say);
    return 0;
  } catch (thrown) {
    say('ERROR', reasonOf(thrown));
    if (!(thrown instanceof OneExtError)) return 1;
    say('ERROR', `${thrown.code}: ${thrown.hint}`);
    return thrown.exitCode;
  }
};
