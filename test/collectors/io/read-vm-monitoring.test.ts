/** When OpenNebula is asked for the CPU of VMs, and what a failure comes to. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { PowerReading } from '../../../collectors/agents/agent.ts';
import type { Documents, VmWithAttributes } from '../../../collectors/collector.ts';
import { createVmMonitoringMemory } from '../../../collectors/io/agent-memory.ts';
import { createVmMonitoringReader } from '../../../collectors/io/read-vm-monitoring.ts';
import { commonError } from '../../../lib/errors/common-errors.ts';
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import { microwatts } from '../../../lib/units/units.ts';
import { madeVm } from '../../support/made-accounts.ts';

const reading: PowerReading = {
  method: undefined,
  domains: undefined,
  hostPower: microwatts(1e8),
  isDoubtful: false,
};
const meter: Documents['agents'] = new Map([
  [0, [{ agent: 'meter', verdict: { sound: true, version: '', reading } }]],
]);
const nobody: Documents['agents'] = new Map();

const createBench = (answer: () => string | Promise<string>) => {
  let now = 1_000_000;
  const calls: unknown[] = [];
  const changes: (string | undefined)[] = [];
  const client: XmlRpcClient = {
    call: async (method, parameters, options) => {
      calls.push([method, ...parameters]);
      options?.onPayload?.(Buffer.from(await answer()));
      return '';
    },
  };
  const memory = createVmMonitoringMemory();
  const createReader = () =>
    createVmMonitoringReader({
      client,
      now: () => now,
      intervalMs: 60_000,
      memory,
      onChange: (failure) => void changes.push(failure),
    });
  return {
    read: createReader().cpu,
    createReader,
    calls,
    changes,
    advance(ms: number) {
      now += ms;
    },
  };
};
const gpuVm = (id: number, gpuCount: number | undefined, lcmState = 3): VmWithAttributes => ({
  ...madeVm(id, 0, { lcmState }),
  flavours: -1,
  exporter: undefined,
  previousHostId: undefined,
  gpuCount,
});
const gpuRecord = (power: string, atSeconds: number): string =>
  `<MONITORING_DATA><MONITORING><CPU>50</CPU><GPU_POWER_USAGE>${power}</GPU_POWER_USAGE><ID>5</ID><TIMESTAMP>${atSeconds}</TIMESTAMP></MONITORING></MONITORING_DATA>`;
/** Lets an answer that nobody waits for come in. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const records = (cpu: number, atSeconds: number): string =>
  `<MONITORING_DATA><MONITORING><CPU>${cpu}</CPU><ID>5</ID><TIMESTAMP>${atSeconds}</TIMESTAMP></MONITORING></MONITORING_DATA>`;

test('it is asked while an agent needs it, at its own period, for the last record only', async () => {
  const bench = createBench(() => records(50, 1000));
  assert.equal((await bench.read(nobody)).last.size, 0);
  assert.deepEqual(bench.calls, []);
  assert.equal((await bench.read(meter)).last.get(5), 0.5, 'the first answer is waited for');
  bench.advance(59_000);
  await bench.read(meter);
  assert.deepEqual(bench.calls, [['one.vmpool.monitoring', -2, 0]]);
  bench.advance(1000);
  await bench.read(nobody);
  assert.equal(bench.calls.length, 1);
  await bench.read(meter);
  assert.equal(bench.calls.length, 2);
});

test('CPU and GPUs share one call, which is made for GPUs alone too, and not where no VM that runs has one', async () => {
  const bench = createBench(() => gpuRecord('70.5', 1000));
  const { cpu, gpu } = bench.createReader();
  const withoutGpu = [gpuVm(5, 0), gpuVm(6, undefined), gpuVm(7, 2, 36)];
  assert.equal((await gpu(withoutGpu)).size, 0);
  assert.deepEqual(bench.calls, [], 'no VM that runs has a GPU');
  const both = await Promise.all([gpu([gpuVm(5, 1)]), cpu(meter)]);
  assert.deepEqual(both[0].get(5), { watts: 70.5, atSeconds: 1000 });
  assert.equal(both[1].last.get(5), 0.5, 'who comes while the first answer is on its way waits for it too');
  assert.equal(bench.calls.length, 1);
  bench.advance(60_000);
  assert.deepEqual((await gpu([gpuVm(5, 1), gpuVm(8, 1)])).get(8), 'no_value');
  await settle();
  assert.equal(bench.calls.length, 2);
});

test('another configuration goes on with what is known', async () => {
  const bench = createBench(() => records(50, 1000));
  await bench.read(meter);
  assert.equal((await bench.createReader().cpu(meter)).last.get(5), 0.5);
  assert.equal(bench.calls.length, 1);
});

test('later answers are not waited for', async () => {
  let release: (document: string) => void = () => undefined;
  let answers = 0;
  const bench = createBench(() => {
    answers += 1;
    return answers === 1
      ? records(50, 1000)
      : new Promise((resolve) => {
          release = resolve;
        });
  });
  await bench.read(meter);
  bench.advance(60_000);
  assert.equal((await bench.read(meter)).last.get(5), 0.5);
  bench.advance(120_000);
  assert.equal((await bench.read(meter)).last.get(5), 0.5);
  assert.equal(bench.calls.length, 2, 'one at a time');
  release(records(70, 1060));
  await settle();
  assert.equal((await bench.read(meter)).last.get(5), 0.7);
});

test('B18-monitoring: while the call fails, what is known ages, and it is said once', async () => {
  let fails = false;
  const bench = createBench(() => {
    if (fails)
      throw commonError('ONE_FAULT', { method: 'm', endpoint: 'e', errorCode: -506, detail: 'gone' });
    return records(50, 1000);
  });
  await bench.read(meter);
  fails = true;
  for (let round = 0; round < 3; round += 1) {
    bench.advance(60_000);
    assert.equal((await bench.read(meter)).last.get(5), 0.5);
  }
  assert.equal(bench.changes.length, 1);
  bench.advance(900_000);
  assert.equal((await bench.read(meter)).last.size, 0);
  fails = false;
  bench.advance(60_000);
  await bench.read(meter);
  await settle();
  assert.deepEqual(bench.changes.slice(1), [undefined]);
});
