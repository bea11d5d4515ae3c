/** What an exporter before this one has pushed is emptied, whatever fails meanwhile. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { createMonitoringPusher } from '../../../collectors/io/push-monitoring.ts';
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import { createLog } from '../../../lib/log/log.ts';
import { emptyDocuments } from '../../support/documents.ts';
import { startMonitord } from '../../support/monitord.ts';

const hour = 3_600_000;
const bootedWrongMs = hour;
const pushedBefore =
  '<MONITORING_DATA><MONITORING><ID>4711</ID><POWER>9.5</POWER></MONITORING></MONITORING_DATA>';
const client: XmlRpcClient = {
  call: async (_method, _parameters, options) => {
    options?.onPayload?.(Buffer.from(pushedBefore));
    return '';
  },
};

/** No VM is measured. */
const startLab = async (t: TestContext) => {
  const monitord = await startMonitord();
  let now = 1_795_863_600_000;
  const state = { isPushing: true, isAnswering: true };
  let onWarning = (): void => undefined;
  const warned = new Promise<void>((resolve) => {
    onWarning = resolve;
  });
  const sourceOf = <T>(value: T) => ({ get: async () => ({ value, readAt: now }) });
  const ha = {
    get: async () => {
      if (!state.isAnswering) throw new Error('oned does not answer');
      return { value: emptyDocuments.ha, readAt: now };
    },
  };
  const pusher = createMonitoringPusher({
    isWhole: () => true,
    settings: () => ({
      'monitoring.push': state.isPushing,
      'monitoring.interval': hour,
      'monitoring.address': { host: 'localhost', port: Number(monitord.address.split(':')[1]) },
      'monitoring.config-file': '/nowhere/monitord.conf',
    }),
    readingsEveryMs: () => 0,
    sources: () => ({
      ha,
      hosts: sourceOf([]),
      vms: sourceOf([]),
      agents: sourceOf(new Map()),
      vmCpu: sourceOf(emptyDocuments.vmCpu),
      gpuPower: sourceOf(emptyDocuments.gpuPower),
      energy: sourceOf(undefined),
    }),
    client: () => client,
    now: () => now,
    wall: (ms) => ms + bootedWrongMs,
    log: createLog({ level: 'warn', format: 'logfmt', now: () => new Date(0), write: () => onWarning() }),
  });
  t.after(async () => {
    await pusher.close();
    await monitord.close();
  });
  pusher.start();
  return {
    pusher,
    monitord,
    state,
    warned,
    emptied: (times: number) => monitord.until(() => monitord.received.length >= times),
    advance: (ms: number) => {
      now += ms;
    },
  };
};

const isEmptied = { POWER: '', ENERGY: '', POWER_TIME: '' };

test('a push that only empties keeps no reading waiting for an interval', async (t) => {
  const { monitord, emptied, advance } = await startLab(t);
  await emptied(1);
  advance(5000);
  await emptied(2);
  assert.ok(monitord.received.every(({ vms }) => vms.size === 1));
  assert.deepEqual(monitord.received[1]?.vms.get(4711), isEmptied);
});

test('what was pushed is taken back at the end though the last push failed', async (t) => {
  const { pusher, monitord, state, warned, emptied, advance } = await startLab(t);
  await emptied(1);
  state.isAnswering = false;
  advance(2 * hour);
  await warned;
  await pusher.close();
  await emptied(2);
  assert.deepEqual(monitord.received[1]?.vms.get(4711), isEmptied);
});

test('what was pushed is taken back when pushing is switched off after a push that failed', async (t) => {
  const { state, warned, emptied, advance } = await startLab(t);
  await emptied(1);
  state.isAnswering = false;
  advance(2 * hour);
  await warned;
  state.isPushing = false;
  advance(5000);
  await emptied(2);
});

test('the time of a push is that of the clock on the wall', async (t) => {
  const { pusher, emptied, advance } = await startLab(t);
  await emptied(1);
  advance(5000);
  await emptied(2); // so the first push has ended
  const { value } = await pusher.source.get();
  assert.ok(value !== undefined && value.atSeconds >= 1_795_863_600 + bootedWrongMs / 1000);
});
