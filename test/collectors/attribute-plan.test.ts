import assert from 'node:assert/strict';
import test from 'node:test';
import {
  fingerprintOf,
  type KnownAttributes,
  longestAgeMs,
  planAttributeReads,
} from '../../collectors/attribute-plan.ts';
import type { Vm } from '../../lib/one/vm.ts';

const vm = (id: number, lcmState = 3): Vm => ({
  id,
  name: '',
  owner: '',
  group: 'users',
  state: 3,
  lcmState,
  startTime: '1',
  deployId: '',
  hostId: 0,
  memoryBytes: undefined,
  cpuRatio: undefined,
  vcpus: 1,
  hasVcpus: true,
  disks: [],
  nicCount: 0,
});
const knownAt = (vms: readonly Vm[], readAt: number): Map<number, KnownAttributes> =>
  new Map(
    vms.map((one) => [
      one.id,
      { flavours: -1, exporter: undefined, tokenUsers: undefined, fingerprint: fingerprintOf(one), readAt },
    ]),
  );

test('new and changed VMs are read, the others are not', () => {
  const vms = Array.from({ length: 200 }, (_, id) => vm(id));
  const known = knownAt(vms, 0);
  known.delete(7);
  const changed = vms.map((one) => (one.id === 9 ? vm(9, 4) : one));
  assert.deepEqual(planAttributeReads(changed, known, 1000), { kind: 'some', ids: [7, 9] });
});

test('when most are due, one call for all is cheaper', () => {
  const vms = Array.from({ length: 200 }, (_, id) => vm(id));
  assert.deepEqual(planAttributeReads(vms, new Map(), 0), { kind: 'all' });
  assert.deepEqual(planAttributeReads(vms.slice(0, 3), new Map(), 0), { kind: 'some', ids: [0, 1, 2] });
});

test('each VM is read again before the longest age, and not all at once', () => {
  const vms = Array.from({ length: 1000 }, (_, id) => vm(id));
  let known = knownAt(vms, 0);
  const stepMs = 15_000;
  let most = 0;
  for (let now = stepMs; now <= 3 * longestAgeMs; now += stepMs) {
    const plan = planAttributeReads(vms, known, now);
    assert.equal(plan.kind, 'some');
    const ids = new Set(plan.kind === 'some' ? plan.ids : []);
    most = Math.max(most, ids.size);
    known = new Map([...known].map(([id, one]) => [id, ids.has(id) ? { ...one, readAt: now } : one]));
    for (const { readAt } of known.values()) assert.ok(now - readAt < longestAgeMs + stepMs);
  }
  assert.ok(most < 200, `${most} at once`);
});
