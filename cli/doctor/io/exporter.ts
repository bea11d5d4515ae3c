/** Reads the exporter's page and its unit. */

import { shownUrl } from '../../../lib/http/http-url.ts';
import { exporterAddressOf } from '../../exporter-address.ts';
import type { Surroundings } from '../check.ts';
import { type ExporterFacts, exporterUnit } from '../exporter.ts';
import { attempt } from './attempt.ts';
import { readUnit } from './unit.ts';

export const probeExporter = async ({ options, exporterPage }: Surroundings): Promise<ExporterFacts> => {
  const { url, isGuarded } = exporterAddressOf(options);
  const [page, unit] = await Promise.all([attempt(exporterPage), readUnit(exporterUnit)]);
  return { url: shownUrl(url), isGuarded, page, unit };
};
