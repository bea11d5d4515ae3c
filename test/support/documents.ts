/** Documents of a cloud that has nothing, for collectors under test. */

import type { Documents } from '../../collectors/collector.ts';
import { exporterOptions } from '../../collectors/exporter-options.ts';
import { noVmCpu } from '../../collectors/vm-cpu.ts';
import { resolveOptions } from '../../lib/config/resolve.ts';

export const emptyDocuments: Documents = {
  hosts: [],
  vms: [],
  users: new Map(),
  datastores: [],
  networks: [],
  servers: { fqdn: 'front-end', activeStates: new Map() },
  ha: { fqdn: 'front-end', own: undefined, zones: [] },
  backupState: undefined,
  agents: new Map(),
  vmCpu: noVmCpu,
  gpuPower: new Map(),
  platform: new Map(),
  hostModels: new Map(),
  answerCounts: new Map(),
  gridZones: new Map(),
  askedCo2: [],
  rates: new Map(),
  carbonCounts: undefined,
  energy: undefined,
  energyCopy: undefined,
  monitoringPush: undefined,
};

/** The default of every flag. */
export const defaultSettings = resolveOptions(exporterOptions, []).values;
