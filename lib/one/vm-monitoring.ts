/** What OpenNebula's monitoring has of VMs, as one.vmpool.monitoring describes it. */
import { type OneElement, parseDecimal, parseInteger, shapeOf, text, textAt } from './document-reader.ts';

export interface CpuRecord {
  readonly vmId: number;
  /** CPUs that the VM kept busy, on average since the record before. */
  readonly cpus: number;
  /** When the probe was there, in seconds since 1970. */
  readonly atSeconds: number;
}

/** `undefined` where something is missing or cannot be. */
const parseCpuRecord = (element: OneElement): CpuRecord | undefined => {
  const vmId = parseInteger(textAt(element, 'ID'));
  const percent = parseDecimal(textAt(element, 'CPU'));
  const atSeconds = parseInteger(textAt(element, 'TIMESTAMP'));
  if (vmId === undefined || percent === undefined || atSeconds === undefined) return undefined;
  return vmId < 0 || percent < 0 || atSeconds < 0 ? undefined : { vmId, cpus: percent / 100, atSeconds };
};

/** The call that gives the last record of each VM. */
export const lastCpuRecords = {
  method: 'one.vmpool.monitoring',
  parameters: [-2, 0],
  objectName: 'MONITORING',
  shape: shapeOf({ ID: text, CPU: text, TIMESTAMP: text }),
  parse: parseCpuRecord,
} as const;

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
