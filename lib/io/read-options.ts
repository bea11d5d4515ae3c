/** Brings flags, environment and oneext.yaml together; all problems are reported at once. */
import {
  fileName,
  type GivenOption,
  type OptionSpec,
  type OptionTable,
  type OptionValues,
  readEnvironment,
  readFileOptions,
  readFlags,
  resolveOptions,
} from '../config/options.ts';
import { commonError } from '../errors/common-errors.ts';
import { readMapping } from '../mapping.ts';
import { relocatePath } from '../one/places.ts';
import { readYaml } from './read-config.ts';

/** Every program knows where its configuration stands. */
export interface ProgramTable extends OptionTable {
  readonly 'config.file': OptionSpec<string>;
}

export interface ReadOptionsInput<Table extends ProgramTable> {
  readonly table: Table;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Top-level keys of the file that belong to other programs; by default all but those of the table. */
  readonly foreignSections?: readonly string[];
}

export interface GivenOptions<Table extends OptionTable> {
  readonly options: OptionValues<Table>;
  /** The names of options that were given in one of the three places. */
  readonly given: ReadonlySet<string>;
  /** Keys of the file that nothing reads. */
  readonly unknownKeys: readonly string[];
  /** The parsed file, for what is more than one value; `undefined` where there is none. */
  readonly document: unknown;
}

const otherSections = (table: OptionTable, document: unknown): readonly string[] => {
  const own = new Set(Object.keys(table).map((name) => fileName(name).split('.')[0]));
  return Object.keys(readMapping(document)).filter((section) => !own.has(section));
};

/** Fails with USAGE or CONFIG_INVALID, each with all problems, or with CONFIG_UNREADABLE. */
export const readOptions = async <Table extends ProgramTable>({
  table,
  argv,
  environment,
  foreignSections,
}: ReadOptionsInput<Table>): Promise<GivenOptions<Table>> => {
  const flags = readFlags(table, argv);
  if (flags.problems.length > 0) throw commonError('USAGE', { problems: flags.problems.join('; ') });
  const fromEnvironment = readEnvironment(table, environment);
  const fileGiven: GivenOption | undefined =
    flags.given.get('config.file') ?? fromEnvironment.get('config.file');
  const relocate = (text: string): string => relocatePath(text, environment);
  const path = fileGiven?.text ?? relocate(table['config.file'].default);
  const document = await readYaml(path, fileGiven === undefined);
  const foreign = foreignSections ?? otherSections(table, document);
  const file = readFileOptions(table, document, path, foreign);
  const { values, problems } = resolveOptions(table, [flags.given, fromEnvironment, file.given], relocate);
  const all = [...file.problems, ...problems];
  if (all.length > 0) throw commonError('CONFIG_INVALID', { count: all.length, problems: all.join('; ') });
  const given = new Set([flags.given, fromEnvironment, file.given].flatMap((place) => [...place.keys()]));
  return { options: values, given, unknownKeys: file.unknown, document };
};
