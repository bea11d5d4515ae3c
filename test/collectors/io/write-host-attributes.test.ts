/** How often a host is written, also where OpenNebula refuses it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Documents } from '../../../collectors/collector.ts';
import { createHostAttributesWriter } from '../../../collectors/io/write-host-attributes.ts';
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import { createLog } from '../../../lib/log/log.ts';
import { microwatts } from '../../../lib/units/units.ts';
import { emptyDocuments } from '../../support/documents.ts';
import { madeHost } from '../../support/made-accounts.ts';

const reading = { method: undefined, domains: undefined, hostPower: microwatts(90e6), isDoubtful: false };
const agents: Documents['agents'] = new Map([
  [0, [{ agent: 'meter', verdict: { sound: true, version: '', reading } }]],
]);

test('a host that OpenNebula refuses is tried again after a minute, and not before', async (t) => {
  let now = 1_000_000;
  const writes: number[] = [];
  let onLook = (): void => undefined;
  const sourceOf = <T>(value: T) => ({ get: async () => ({ value, readAt: now }) });
  const client: XmlRpcClient = {
    call: async () => {
      writes.push(now);
      throw new Error('refused');
    },
  };
  const writer = createHostAttributesWriter({
    settings: () => ({ 'scheduler.attributes': true, 'scheduler.rank': 'watts' }),
    sources: () => {
      onLook();
      return {
        ha: sourceOf(emptyDocuments.ha),
        hosts: sourceOf([madeHost(0)]),
        agents: sourceOf(agents),
        hostModels: sourceOf(emptyDocuments.hostModels),
        rates: sourceOf(emptyDocuments.rates),
      };
    },
    client: () => client,
    now: () => now,
    log: createLog({ level: 'error', format: 'logfmt', now: () => new Date(0), write: () => undefined }),
  });
  t.after(() => writer.close());
  for (now of [0, 15, 30, 45, 60].map((seconds) => 1_000_000 + seconds * 1000)) {
    const looked = new Promise<void>((resolve) => {
      onLook = resolve;
    });
    writer.onReading();
    writer.start();
    await looked;
    await new Promise((resolve) => setImmediate(resolve)); // what follows waits for nothing of the world
  }
  await writer.close();
  assert.deepEqual(writes, [1_000_000, 1_060_000]);
});
