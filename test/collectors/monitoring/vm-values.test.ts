import assert from 'node:assert/strict';
import test from 'node:test';
import { type PushedVms, planPush, type VmValues } from '../../../collectors/monitoring/vm-values.ts';

const of = (vmId: number): VmValues => ({
  vmId,
  hostId: 2,
  attributes: { POWER: '5', ENERGY: '', POWER_TIME: '1795863600' },
});
const empty = { POWER: '', ENERGY: '', POWER_TIME: '' };

test('values that end are emptied, all three, and again, as a datagram may be lost; then they are forgotten', () => {
  let pushed: PushedVms = new Map();
  const push = (...values: readonly VmValues[]) => {
    const plan = planPush(values, pushed);
    pushed = plan.pushed;
    return plan.values;
  };
  assert.deepEqual(push(of(1), of(2)), [of(1), of(2)]);
  for (let time = 0; time < 3; time += 1)
    assert.deepEqual(push(of(2)), [of(2), { vmId: 1, hostId: 2, attributes: empty }]);
  assert.deepEqual(push(of(2)), [of(2)]);
  assert.deepEqual(push(of(1)), [of(1), { vmId: 2, hostId: 2, attributes: empty }], 'a VM may come back');
  assert.deepEqual(push(of(1), of(2)), [of(1), of(2)]);
});
