/** What is believed of the power of GPUs, as OpenNebula has it: a guest says it, and OpenNebula never forgets it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { gpuPowerOf, noGpuState, noteGpuRecords } from '../../collectors/gpu-power.ts';
import { lastMonitoringRecords, type MonitoringRecord } from '../../lib/one/vm-monitoring.ts';
import { madeVm } from '../support/made-accounts.ts';
import { readObjects } from '../support/recordings.ts';

const vm = (id: number, gpuCount: number | undefined, lcmState = 3) => ({
  ...madeVm(id, 0, { lcmState }),
  flavours: -1,
  exporter: undefined,
  previousHostId: undefined,
  gpuCount,
});
const record = (vmId: number, gpuPower: string | undefined, atSeconds: number): MonitoringRecord => ({
  vmId,
  cpus: 1,
  gpuPower,
  atSeconds,
});
/** Of VM 7 with so many GPUs, whose only record says this. */
const judged = (text: string | undefined, gpuCount = 1) =>
  gpuPowerOf(noteGpuRecords(noGpuState, [record(7, text, 1000)], 1010), [vm(7, gpuCount)], 1030).get(7);

test('a value in watts is that of all GPUs of the VM together', () => {
  assert.deepEqual(judged('71.53'), { watts: 71.53, atSeconds: 1000 });
  assert.deepEqual(judged('4800.5', 2), { watts: 4800.5, atSeconds: 1000 });
});

test('0 is unknown, as OpenNebula writes it where the guest does not know; so is what cannot be', () => {
  for (const text of ['0', '0.0', '-0', '0.00']) assert.equal(judged(text), 'zero_value', text);
  for (const text of ['-1', '[N/A]', 'nan', 'inf', '71,5', '70 W', '0x40', '2500.01', '1e9'])
    assert.equal(judged(text), 'absurd_value', text);
  assert.equal(judged(undefined), 'no_value');
});

test('only VMs that run and have a GPU are looked at, whatever a record says', () => {
  const state = noteGpuRecords(
    noGpuState,
    [1, 2, 3, 4].map((id) => record(id, '70', 1000)),
    1000,
  );
  const vms = [vm(1, 0), vm(2, undefined), vm(3, 1, 36), vm(4, 1), vm(5, 1)];
  assert.deepEqual(
    [...gpuPowerOf(state, vms, 1000)],
    [
      [4, { watts: 70, atSeconds: 1000 }],
      [5, 'no_value'],
    ],
  );
});

test('a value that does not change is what OpenNebula has left, and one that changes again is known again', () => {
  let state = noGpuState;
  const note = (text: string, atSeconds: number) => {
    state = noteGpuRecords(state, [record(7, text, atSeconds)], atSeconds);
    return gpuPowerOf(state, [vm(7, 1)], atSeconds).get(7);
  };
  for (let at = 1000; at <= 1900; at += 30)
    assert.deepEqual(note('71.53', at), { watts: 71.53, atSeconds: at });
  assert.equal(note('71.53', 1930), 'unchanged_value');
  assert.equal(note('71.53', 5000), 'unchanged_value');
  assert.deepEqual(note('71.54', 5030), { watts: 71.54, atSeconds: 5030 });
});

test('an old record says nothing of now, and one that comes late changes nothing', () => {
  const state = noteGpuRecords(noGpuState, [record(7, '70', 1000)], 1000);
  assert.equal(gpuPowerOf(state, [vm(7, 1)], 1901).get(7), 'old_value');
  const late = noteGpuRecords(state, [record(7, '90', 990)], 1001);
  assert.deepEqual(gpuPowerOf(late, [vm(7, 1)], 1001).get(7), { watts: 70, atSeconds: 1000 });
});

test('the clock of a host may be any: records that are seen to be new are new, and one that stays is old', () => {
  for (const offset of [-7200, -1200, 1200, 7200]) {
    let state = noGpuState;
    const note = (hostSeconds: number, seenSeconds: number) => {
      state = noteGpuRecords(state, [record(7, '70', hostSeconds + offset)], seenSeconds);
      return gpuPowerOf(state, [vm(7, 1)], seenSeconds).get(7);
    };
    note(10_000, 10_000);
    const known = { watts: 70, atSeconds: 10_060 + offset };
    assert.deepEqual(note(10_060, 10_060), known, String(offset));
    assert.deepEqual(note(10_060, 10_900), known, 'the record is not yet old');
    assert.equal(note(10_060, 10_961), 'old_value', 'it stays, as its host is down');
  }
});

test('a record that has come while OpenNebula did not answer is as old as it says', () => {
  const state = noteGpuRecords(noGpuState, [record(7, '70', 1000)], 1000);
  const later = noteGpuRecords(state, [record(7, '80', 1060)], 5000);
  assert.equal(gpuPowerOf(later, [vm(7, 1)], 5000).get(7), 'old_value');
});

test('law: whatever a guest says, the power is positive and no more than its GPUs can draw', () => {
  const texts = fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String));
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 16 }), (text, gpuCount) => {
      const power = judged(text, gpuCount);
      assert.ok(
        typeof power === 'string' ||
          (power !== undefined && power.watts > 0 && power.watts <= gpuCount * 2500),
      );
    }),
  );
});

test('the record as OpenNebula 7.4 writes it for a VM with a GPU', () => {
  const { objectName, shape, parse } = lastMonitoringRecords;
  const values = {
    CPU: '12.5',
    GPU_COUNT: '2',
    GPU_MEMORY_FREE: '91806.0',
    GPU_MEMORY_UTILIZATION: '3.5',
    GPU_POWER_USAGE: '143.07',
    GPU_POWER_USAGE_FORECAST: '150.1',
    GPU_UTILIZATION: '41.5',
    ID: '7',
    TIMESTAMP: '1795227336',
  };
  const fields = Object.entries(values).map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`);
  const document = Buffer.from(
    `<MONITORING_DATA><MONITORING>${fields.join('')}</MONITORING><MONITORING><GPU_POWER_USAGE></GPU_POWER_USAGE><ID>8</ID><TIMESTAMP>1</TIMESTAMP></MONITORING></MONITORING_DATA>`,
  );
  assert.deepEqual(readObjects(document, objectName, shape, parse), [
    { vmId: 7, cpus: 0.125, gpuPower: '143.07', atSeconds: 1_795_227_336 },
    { vmId: 8, cpus: undefined, gpuPower: undefined, atSeconds: 1 },
  ]);
});
