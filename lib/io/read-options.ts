/** Brings flags, environment and oneext.yaml together; all problems are reported at once. */
import { configurable, type OptionTable, type OptionValues, type Origin } from '../config/options.ts';
import { readFlags } from '../config/read-flags.ts';
import { type FileOptions, readEnvironment, readFileOptions } from '../config/read-places.ts';
import { resolveOptions } from '../config/resolve.ts';
import { describeStrayKey, strayKeys } from '../config/sections.ts';
import { defaultConfigFile } from '../config/suite-options.ts';
import { commonError } from '../errors/common-errors.ts';
import { OneExtError } from '../errors/oneext-error.ts';
import { codeOf } from '../errors/system-error.ts';
import { relocatePath } from '../one/places.ts';
import { readYaml } from './read-config.ts';

export interface ReadOptionsInput<Table extends OptionTable> {
  /** Without `config.file`, no file is read. */
  readonly table: Table;
  /** Those of the table that are read from the environment and the file alone, as they are another program's. */
  readonly notFlags?: ReadonlySet<string>;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What stands besides options: `[HOST...]`, '' for nothing. */
  readonly operands?: string;
  /** Pairs of flags of which only one may be given. */
  readonly exclusive?: readonly (readonly [string, string])[];
  /** The sections of the file whose unknown keys the program reports. */
  readonly answersFor?: readonly string[];
  /** A file that is broken, or has values that are wrong, is left out and reported. */
  readonly toleratesBrokenFile?: boolean;
  /** The same for a file that was not named and that this user may not read: it need not exist. */
  readonly toleratesForbiddenFile?: boolean;
}

export interface GivenOptions<Table extends OptionTable> {
  readonly options: OptionValues<Table>;
  readonly operands: readonly string[];
  /** The options that were given, and where. */
  readonly given: ReadonlyMap<string, Origin>;
  /** The file that was read, or would have been; '' where the table has none. */
  readonly configFile: string;
  /** Keys of the file that nothing reads. */
  readonly unknownKeys: readonly string[];
  /** The parsed file, for what is more than one value; `undefined` where there is none. */
  readonly document: unknown;
  /** Why the file is left out. */
  readonly fileProblem: OneExtError | undefined;
}

/** Whether the file cannot be read because this user may not: it, or a folder above it. */
const isForbiddenFile = (problem: OneExtError): boolean =>
  commonError.is(problem, 'CONFIG_UNREADABLE') && codeOf(problem.cause) === 'EACCES';

const usageError = (problems: readonly string[]): OneExtError =>
  commonError('USAGE', { problems: problems.join('; ') });
const configError = (problems: readonly string[]): OneExtError =>
  commonError('CONFIG_INVALID', { count: problems.length, problems: problems.join('; ') });

const flagsOf = (table: OptionTable): OptionTable =>
  Object.fromEntries(Object.entries(table).filter(([, spec]) => spec.isFlagOnly === true));

interface FileRead extends FileOptions {
  readonly document: unknown;
}
const nothingRead: FileRead = { document: undefined, given: new Map(), unknown: [], problems: [] };

/** Fails with CONFIG_UNREADABLE. */
const readFileAt = async (table: OptionTable, path: string, isNamed: boolean): Promise<FileRead> => {
  if (path === '') return nothingRead;
  const document = await readYaml(path, !isNamed);
  return { ...readFileOptions(table, document, path), document };
};

interface TriedFile {
  readonly file: FileRead;
  /** Why the file is left out. */
  readonly problem?: OneExtError;
}

/** For programs that go on without a file that is broken, or that they may not read. */
const tryFileAt = async (
  table: OptionTable,
  path: string,
  isNamed: boolean,
  toleratesBrokenFile: boolean,
): Promise<TriedFile> => {
  try {
    const file = await readFileAt(table, path, isNamed);
    const problems = [...file.problems, ...resolveOptions(configurable(table), [file.given]).problems];
    if (problems.length === 0 || !toleratesBrokenFile) return { file };
    return { file: { ...nothingRead, unknown: file.unknown }, problem: configError(problems) };
  } catch (thrown) {
    if (!(thrown instanceof OneExtError)) throw thrown;
    if (!toleratesBrokenFile && (isNamed || !isForbiddenFile(thrown))) throw thrown;
    return { file: nothingRead, problem: thrown };
  }
};

/** Fails with USAGE or CONFIG_INVALID, each with all problems, or with CONFIG_UNREADABLE. */
export const readOptions = async <Table extends OptionTable>(
  input: ReadOptionsInput<Table>,
): Promise<GivenOptions<Table>> => {
  const { table, argv, environment, answersFor = [], notFlags = new Set() } = input;
  const { toleratesBrokenFile = false, toleratesForbiddenFile = false } = input;
  const flagTable = Object.fromEntries(Object.entries(table).filter(([name]) => !notFlags.has(name)));
  const flags = readFlags(flagTable, argv, input.operands);
  const usage = [
    ...flags.problems,
    ...resolveOptions(flagsOf(table), [flags.given]).problems,
    ...(input.exclusive ?? [])
      .filter((pair) => pair.every((name) => flags.given.has(name)))
      .map(([one, other]) => `--${one} and --${other} do not go together`),
  ];
  if (usage.length > 0) throw usageError(usage);
  const fromEnvironment = readEnvironment(table, environment);
  const relocate = (text: string): string => relocatePath(text, environment);
  const named = (flags.given.get('config.file') ?? fromEnvironment.get('config.file'))?.texts[0];
  const configFile = Object.hasOwn(table, 'config.file') ? (named ?? relocate(defaultConfigFile)) : '';
  const isNamed = named !== undefined;
  const { file, problem: fileProblem }: TriedFile =
    toleratesBrokenFile || toleratesForbiddenFile
      ? await tryFileAt(table, configFile, isNamed, toleratesBrokenFile)
      : { file: await readFileAt(table, configFile, isNamed) };
  const places = [flags.given, fromEnvironment, file.given];
  const { values, problems } = resolveOptions(table, places, relocate);
  const unknownKeys = strayKeys(file.unknown, answersFor);
  const all = [...file.problems, ...problems];
  if (all.length > 0) {
    const stray = unknownKeys.map((key) => `${describeStrayKey(key, table)} (in ${configFile})`);
    throw configError([...all, ...stray]);
  }
  const given = new Map(
    places.toReversed().flatMap((place) => [...place].map(([name, { origin }]) => [name, origin] as const)),
  );
  return {
    options: values,
    operands: flags.operands,
    given,
    configFile,
    unknownKeys,
    document: file.document,
    fileProblem,
  };
};
