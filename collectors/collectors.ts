/** All collectors, in the order in which they stand on the page. */
import { addressRangeCollector } from './address-ranges.ts';
import { backupRestoreCollector } from './backup-restore.ts';
import { carbonCollector } from './carbon.ts';
import type { Collector } from './collector.ts';
import { datastoreCollector } from './datastore.ts';
import { energyCollector } from './energy.ts';
import { gpuCollector } from './gpu.ts';
import { haCollector } from './ha.ts';
import { hostCollector } from './host.ts';
import { hostModelCollector } from './host-model.ts';
import { monitoringCollector } from './monitoring.ts';
import { platformPowerCollector } from './platform-power.ts';
import { powerCollector } from './power.ts';
import { powerAgentsCollector } from './power-agents.ts';
import { serverCollector } from './server.ts';
import { vmCollector } from './vm.ts';

export const collectors = [
  serverCollector,
  hostCollector,
  datastoreCollector,
  vmCollector,
  addressRangeCollector,
  haCollector,
  backupRestoreCollector,
  powerCollector,
  gpuCollector,
  platformPowerCollector,
  hostModelCollector,
  powerAgentsCollector,
  energyCollector,
  carbonCollector,
  monitoringCollector,
] as const satisfies readonly Collector[];
