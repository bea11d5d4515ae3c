import assert from 'node:assert/strict';
import test from 'node:test';
import { formatVmStatus } from '../../../lib/one/vm-status.ts';

test('the state of a VM as onevm list has it', () => {
  const cases: readonly (readonly [number | undefined, number | undefined, string | undefined])[] = [
    [1, 0, 'pend'],
    [3, 3, 'runn'],
    [3, 4, 'migr'],
    [3, 16, 'unkn'],
    [3, 36, 'fail'],
    [3, 59, 'snap'],
    [3, 62, 'drsz'],
    [3, 69, 'back'],
    [3, 71, 'rest'],
    [8, 0, 'poff'],
    [8, 3, 'poff'],
    [11, 0, 'fail'],
    [3, undefined, 'actv'],
    [3, 999, 'actv'],
    [99, 0, undefined],
    [undefined, 3, undefined],
  ];
  for (const [state, lcmState, status] of cases) {
    assert.equal(formatVmStatus({ state, lcmState }), status, `${state}/${lcmState}`);
  }
});
