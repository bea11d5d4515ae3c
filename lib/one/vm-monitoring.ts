/** What OpenNebula's monitoring has of VMs, as one.vmpool.monitoring describes it. */
import { type OneElement, parseDecimal, parseInteger, shapeOf, text, textAt } from './document-reader.ts';

export interface MonitoringRecord {
  readonly vmId: number;
  /** CPUs that the VM kept busy, on average since the record before; `undefined` where that is missing or cannot be. */
  readonly cpus: number | undefined;
  /** GPU_POWER_USAGE as it stands there, in watts, all GPUs of the VM together; `undefined` where there is none. */
  readonly gpuPower: string | undefined;
  /** When the probe was there, in seconds since 1970. */
  readonly atSeconds: number;
}

/** `undefined` where nobody knows of which VM it is, or of when. */
const parseMonitoringRecord = (element: OneElement): MonitoringRecord | undefined => {
  const vmId = parseInteger(textAt(element, 'ID'));
  const percent = parseDecimal(textAt(element, 'CPU'));
  const atSeconds = parseInteger(textAt(element, 'TIMESTAMP'));
  if (vmId === undefined || atSeconds === undefined || vmId < 0 || atSeconds < 0) return undefined;
  const gpuPower = textAt(element, 'GPU_POWER_USAGE')?.trim();
  return {
    vmId,
    cpus: percent === undefined || percent < 0 ? undefined : percent / 100,
    gpuPower: gpuPower === '' ? undefined : gpuPower,
    atSeconds,
  };
};

/** The call that gives the last record of each VM. */
export const lastMonitoringRecords = {
  method: 'one.vmpool.monitoring',
  parameters: [-2, 0],
  objectName: 'MONITORING',
  shape: shapeOf({ ID: text, CPU: text, GPU_POWER_USAGE: text, TIMESTAMP: text }),
  parse: parseMonitoringRecord,
} as const;

/** Of several records of a VM the last one. */
export const newestByVm = <Kept extends MonitoringRecord>(
  records: readonly Kept[],
): ReadonlyMap<number, Kept> => {
  const newest = new Map<number, Kept>();
  for (const record of records)
    if ((newest.get(record.vmId)?.atSeconds ?? -1) < record.atSeconds) newest.set(record.vmId, record);
  return newest;
};

/** The ids of VMs whose last record has a POWER that we, or an exporter before us, have pushed. */
export const pushedPowerRecords = {
  method: 'one.vmpool.monitoring',
  parameters: [-2, 0],
  objectName: 'MONITORING',
  shape: shapeOf({ ID: text, POWER: text }),
  parse: (element: OneElement): { readonly vmId: number } | undefined => {
    const vmId = parseInteger(textAt(element, 'ID'));
    return vmId === undefined || (textAt(element, 'POWER') ?? '') === '' ? undefined : { vmId };
  },
} as const;
