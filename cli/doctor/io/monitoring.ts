/** Reads back what the exporter has pushed for one VM. */
import { readDocument } from '../../../lib/io/read-pool.ts';
import { shapeOf, text, textAt } from '../../../lib/one/document-reader.ts';
import type { Surroundings } from '../check.ts';
import type { MonitoringFacts } from '../monitoring.ts';
import { attempt } from './attempt.ts';

const readBack = async ({ client }: Surroundings, vmId: number) => {
  const [found] = await readDocument(await client(), {
    method: 'one.vm.info',
    parameters: [vmId],
    objectName: 'VM',
    shape: shapeOf({ MONITORING: { POWER: text, POWER_TIME: text } }),
    parse: (element) => ({
      power: textAt(element, 'MONITORING', 'POWER') ?? '',
      powerTime: textAt(element, 'MONITORING', 'POWER_TIME') ?? '',
    }),
  });
  return found ?? { power: '', powerTime: '' };
};

export const probeMonitoring = async (surroundings: Surroundings): Promise<MonitoringFacts> => {
  const { exporterPage, options, now } = surroundings;
  const { pushedVms, drawingVm: vmId } = await exporterPage();
  const isThere = pushedVms !== undefined && vmId !== undefined;
  return {
    pushedVms,
    vmId,
    found: isThere ? await attempt(() => readBack(surroundings, vmId)) : undefined,
    intervalMs: options['monitoring.interval'],
    now: now(),
  };
};
