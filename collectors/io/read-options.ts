/** Brings flags, environment and oneext.yaml together; all problems are reported at once. */
import { readEnvironment, readFileOptions, readFlags, resolveOptions } from '../../lib/config/options.ts';
import { OneExtError } from '../../lib/errors/oneext-error.ts';
import { readYaml } from '../../lib/io/read-config.ts';
import { type ExporterOptions, exporterOptions, foreignSections } from '../exporter-options.ts';

export interface GivenOptions {
  readonly options: ExporterOptions;
  /** Keys of the file that nothing reads. */
  readonly unknownKeys: readonly string[];
}

export const readExporterOptions = async (
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<GivenOptions> => {
  const flags = readFlags(exporterOptions, argv);
  if (flags.problems.length > 0) throw new OneExtError('USAGE', { problems: flags.problems.join('; ') });
  const fromEnvironment = readEnvironment(exporterOptions, environment);
  const fileGiven = flags.given.get('config.file') ?? fromEnvironment.get('config.file');
  const path = fileGiven?.text ?? exporterOptions['config.file'].default;
  const document = await readYaml(path, fileGiven === undefined);
  const file = readFileOptions(exporterOptions, document, path, foreignSections);
  const { values, problems } = resolveOptions(exporterOptions, [flags.given, fromEnvironment, file.given]);
  const all = [...file.problems, ...problems];
  if (all.length > 0)
    throw new OneExtError('CONFIG_INVALID', { count: all.length, problems: all.join('; ') });
  return { options: values, unknownKeys: file.unknown };
};
