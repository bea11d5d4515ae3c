/** Options of the exporter; a key of the file that no program of the suite reads is told. */
import { type GivenOptions, readOptions } from '../../lib/io/read-options.ts';
import { exporterOptions, foreignSections } from '../exporter-options.ts';

export const readExporterOptions = (
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<GivenOptions<typeof exporterOptions>> =>
  readOptions({ table: exporterOptions, argv, environment, foreignSections });
