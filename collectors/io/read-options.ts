/** Options of the exporter; a key of the file that no program of the suite reads is told. */
import { sectionsOf } from '../../lib/config/sections.ts';
import { type GivenOptions, readOptions } from '../../lib/io/read-options.ts';
import { exporterOptions } from '../exporter-options.ts';

export const readExporterOptions = (
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<GivenOptions<typeof exporterOptions>> =>
  readOptions({ table: exporterOptions, argv, environment, answersFor: sectionsOf('opennebula-exporter') });
