/** What the VM reader asks of oned, what it remembers, and what forged VMs come to. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createVmReader } from '../../../collectors/io/read-vms.ts';
import { createVmMemory } from '../../../collectors/io/vm-memory.ts';
import { commonError } from '../../../lib/errors/common-errors.ts';
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';

type Answers = (method: string, parameters: readonly unknown[]) => string;

const vm = (id: number, memory: number, attributes = '', hostId = 0): string =>
  `<VM><ID>${id}</ID><STATE>3</STATE><LCM_STATE>3</LCM_STATE><TEMPLATE><MEMORY>${memory}</MEMORY></TEMPLATE>` +
  `<USER_TEMPLATE>${attributes}</USER_TEMPLATE><HISTORY_RECORDS><HISTORY><HID>${hostId}</HID></HISTORY></HISTORY_RECORDS></VM>`;
const pool = (...vms: readonly string[]): string => `<VM_POOL>${vms.join('')}</VM_POOL>`;
const flavours = (value: number): string => `<FLAVOURS><![CDATA[${value}]]></FLAVOURS>`;

const createBench = (answers: Answers) => {
  const calls: string[] = [];
  const forged: number[][] = [];
  const attributes: (string | undefined)[] = [];
  let now = 0;
  const client: XmlRpcClient = {
    call: async (method, parameters, options) => {
      calls.push(
        method === 'one.vmpool.infoset' ? `infoset ${parameters[0]}` : method.replace('one.vmpool.', ''),
      );
      options?.onPayload?.(Buffer.from(answers(method, parameters)));
      return '';
    },
  };
  const read = createVmReader({
    client,
    memory: createVmMemory(),
    now: () => now,
    onRepairs: () => undefined,
    onForged: (ids) => void forged.push([...ids]),
    onAttributes: (failure) => void attributes.push(failure),
  });
  return {
    read,
    calls,
    forged,
    attributes,
    advance: (ms: number) => {
      now += ms;
    },
  };
};

test('all attributes at the start, then those of VMs that are new or changed', async () => {
  let vms = [vm(2, 20, flavours(7)), vm(1, 10)];
  const bench = createBench((method, parameters) => {
    if (method !== 'one.vmpool.infoset') return pool(...vms);
    const ids = String(parameters[0]).split(',');
    return pool(...vms.filter((one) => ids.some((id) => one.startsWith(`<VM><ID>${id}<`))));
  });
  assert.deepEqual(
    (await bench.read()).map((one) => one.flavours),
    [7, -1],
  );
  await bench.read();
  vms = [vm(3, 30, flavours(9)), vm(2, 20, flavours(8), 5), vm(1, 10)];
  const changed = await bench.read();
  assert.deepEqual(
    changed.map((one) => one.flavours),
    [9, 8, -1],
  );
  assert.deepEqual(
    changed.map((one) => one.previousHostId),
    [undefined, 0, undefined],
  );
  assert.deepEqual(bench.calls, ['infoextended', 'info', 'info', 'infoset 3,2']);
});

test('a VM that is gone before its attributes are read has none', async () => {
  let vms = [vm(1, 10)];
  const bench = createBench((method) => pool(...(method === 'one.vmpool.infoset' ? [] : vms)));
  await bench.read();
  vms = [vm(2, 20), vm(1, 10)];
  assert.deepEqual(
    (await bench.read()).map((one) => [one.id, one.flavours]),
    [
      [2, undefined],
      [1, -1],
    ],
  );
});

const fault = commonError('ONE_FAULT', { method: 'm', endpoint: 'e', errorCode: 1, detail: 'broken' });
const pull = async (bench: ReturnType<typeof createBench>) =>
  (await bench.read()).map((one) => [one.id, one.flavours]);

test('B18-infoextended: VMs are served without attributes while that call fails, and with them afterwards', async () => {
  let broken = true;
  const bench = createBench((method) => {
    if (method === 'one.vmpool.infoextended' && broken) throw fault;
    return pool(vm(1, 10, flavours(7)));
  });
  assert.deepEqual(await pull(bench), [[1, undefined]]);
  bench.advance(5000);
  assert.deepEqual(await pull(bench), [[1, undefined]]);
  assert.deepEqual(bench.calls, ['infoextended', 'info', 'info'], 'it is not asked in vain at each scrape');
  bench.advance(60_000);
  await bench.read();
  broken = false;
  bench.advance(60_000);
  assert.deepEqual(await pull(bench), [[1, undefined]], 'asked later and later');
  bench.advance(60_000);
  assert.deepEqual(await pull(bench), [[1, 7]]);
  assert.deepEqual(bench.attributes, [fault.message, undefined], 'told once');
});

test('B18-infoset: new VMs are served without attributes while that call fails, known ones keep theirs', async () => {
  let vms = [vm(1, 10, flavours(7))];
  const bench = createBench((method) => {
    if (method === 'one.vmpool.infoset') throw fault;
    return pool(...vms);
  });
  await bench.read();
  vms = [vm(2, 20, flavours(8)), ...vms];
  assert.deepEqual(await pull(bench), [
    [2, undefined],
    [1, 7],
  ]);
});

test('B18-unreachable: a front-end that cannot be reached is not asked a second time', async () => {
  const unreachable = commonError('ONE_CONNECTION', { method: 'm', endpoint: 'e', detail: 'refused' });
  const bench = createBench(() => {
    throw unreachable;
  });
  await assert.rejects(bench.read(), unreachable);
  assert.deepEqual(bench.calls, ['infoextended']);
  assert.deepEqual(bench.attributes, []);
});

test('forged VMs never take the place of real ones', async () => {
  // VM 8 ends itself inside of an attribute and forges VMs 7, 6 and 9 behind it.
  const forgery = `<LABELS><![CDATA[x]]></LABELS></USER_TEMPLATE></VM>${vm(7, 666)}${vm(6, 666)}${vm(9, 666)}<VM><ID>`;
  const bodies = new Map([
    ['9', vm(9, 90)],
    ['8', `<VM><ID>8</ID><USER_TEMPLATE>${forgery}`],
    ['7', vm(7, 70)],
    ['6', vm(6, 60)],
  ]);
  const bench = createBench((method, parameters) =>
    pool(
      ...(method === 'one.vmpool.infoset'
        ? String(parameters[0])
            .split(',')
            .map((id) => bodies.get(id) ?? '')
        : bodies.values()),
    ),
  );
  for (let round = 0; round < 2; round += 1) {
    const memory = (await bench.read()).map((one) => [one.id, Number(one.memoryBytes) / 1024 / 1024]);
    assert.deepEqual(
      memory.filter(([id]) => id !== 8),
      [
        [9, 90],
        [7, 70],
        [6, 60],
      ],
    );
  }
  assert.deepEqual(bench.forged[0], [9, 7, 6]);
});
