/** When OpenNebula is asked for the CPU of VMs, and what a failure comes to. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { PowerReading } from '../../../collectors/agents/agent.ts';
import type { Documents } from '../../../collectors/collector.ts';
import { createVmCpuMemory } from '../../../collectors/io/agent-memory.ts';
import { createVmCpuReader } from '../../../collectors/io/read-vm-cpu.ts';
import { commonError } from '../../../lib/errors/common-errors.ts';
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import { microwatts } from '../../../lib/units/units.ts';

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
  const memory = createVmCpuMemory();
  const createReader = () =>
    createVmCpuReader({
      client,
      now: () => now,
      intervalMs: 60_000,
      memory,
      onChange: (failure) => void changes.push(failure),
    });
  return {
    read: createReader(),
    createReader,
    calls,
    changes,
    advance(ms: number) {
      now += ms;
    },
  };
};
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

test('another configuration goes on with what is known', async () => {
  const bench = createBench(() => records(50, 1000));
  await bench.read(meter);
  assert.equal((await bench.createReader()(meter)).last.get(5), 0.5);
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
