import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeSudo } from '../../../cli/doctor/sudo.ts';
import { linesOf } from '../../support/verdicts.ts';

test('Open vSwitch may be missing, the others not', () => {
  const answers = (address: boolean, vswitch: boolean) => [
    { right: 'address' as const, isPermitted: address },
    { right: 'vswitch' as const, isPermitted: vswitch },
  ];
  assert.deepEqual(linesOf(judgeSudo('h', answers(true, false))), [
    'ok: sudo permits what tunnels need, but not for Open vSwitch',
  ]);
  assert.match(judgeSudo('h', answers(false, true))[0]?.next ?? '', /^oneext hosts install --live-migrate$/);
  assert.equal(judgeSudo('h', [])[0]?.level, 'skipped');
});
