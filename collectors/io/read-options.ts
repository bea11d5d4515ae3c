/** Options of the exporter; a key of the file that no program of the suite reads is told. */
import { type GivenOptions, readOptions } from '../../lib/io/read-options.ts';
import { exporterOptions, foreignSections, sharedSection } from '../exporter-options.ts';

export const readExporterOptions = async (
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<GivenOptions<typeof exporterOptions>> => {
  const given = await readOptions({ table: exporterOptions, argv, environment, foreignSections });
  const unknownKeys = given.unknownKeys.filter((key) => !key.startsWith(`${sharedSection}.`));
  return { ...given, unknownKeys };
};
