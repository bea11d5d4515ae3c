/** Documents as the benches read them: made by the simulator, handed over in pieces as a socket does. */
import { createDocumentReader, type DocumentReader } from '../lib/one/document-reader.ts';
import { createRpcAnswerReader } from '../lib/one/rpc-answer.ts';
import { extendedVmShape, parseVm, type Vm } from '../lib/one/vm.ts';
import { lastMonitoringRecords, type MonitoringRecord } from '../lib/one/vm-monitoring.ts';
import { type CloudSettings, type SimulatedVm, vmsAt } from '../simulator/cloud.ts';
import { formatVmMonitoring } from '../simulator/documents.ts';
import { encodeDocument } from '../simulator/front-end.ts';

const pieceBytes = 64 * 1024;

export const piecesOf = (bytes: Buffer): readonly Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, at) =>
    bytes.subarray(at * pieceBytes, (at + 1) * pieceBytes),
  );

export const stillCloud = (hosts: number, vms: number): CloudSettings => ({
  hosts,
  vms,
  lifetimeSeconds: 300,
  migrationSeconds: 10,
});

/** A VM pool as oned's answer holds it. */
export const encodeVmPool = (settings: CloudSettings, format: (vm: SimulatedVm) => string): Buffer =>
  encodeDocument(`<VM_POOL>${vmsAt(settings, 0).map(format).join('')}</VM_POOL>`);

/** The last records of all VMs, as oned's answer to one.vmpool.monitoring holds them. */
export const encodeVmMonitoring = (settings: CloudSettings): Buffer => {
  const records = vmsAt(settings, 0).map((vm) => formatVmMonitoring(vm, 1_800_000_000));
  return encodeDocument(`<MONITORING_DATA>${records.join('')}</MONITORING_DATA>`);
};

const readAnswer = (pieces: readonly Buffer[], documents: DocumentReader): void => {
  const answer = createRpcAnswerReader(documents.push);
  for (const piece of pieces) answer.push(piece);
  if (answer.finish().kind !== 'success' || documents.finish() !== 'complete')
    throw new Error('not all was read');
};

/** The CPU of all VMs of an answer, read as the exporter reads it. */
export const readCpuRecords = (pieces: readonly Buffer[]): readonly MonitoringRecord[] => {
  const records: MonitoringRecord[] = [];
  const { objectName, shape, parse } = lastMonitoringRecords;
  const documents = createDocumentReader(objectName, shape, (element) => {
    const record = parse(element);
    if (record !== undefined) records.push(record);
  });
  readAnswer(pieces, documents);
  return records;
};

/** All VMs of an answer, read as the exporter reads them. */
export const readVms = (pieces: readonly Buffer[], shape = extendedVmShape): readonly Vm[] => {
  const vms: Vm[] = [];
  const documents = createDocumentReader('VM', shape, (element) => {
    const vm = parseVm(element);
    if (vm !== undefined) vms.push(vm);
  });
  readAnswer(pieces, documents);
  return vms;
};
