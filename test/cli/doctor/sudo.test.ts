import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeSudo, sudoRights } from '../../../cli/doctor/sudo.ts';
import { formatSudoers } from '../../../live-migrate/sudoers.ts';
import { linesOf } from '../../support/verdicts.ts';

test('Open vSwitch may be missing, the others not', () => {
  const answers = (address: boolean, vswitch: boolean) => [
    { right: 'address' as const, isPermitted: address },
    { right: 'reset' as const, isPermitted: true },
    { right: 'link' as const, isPermitted: true },
    { right: 'vswitch' as const, isPermitted: vswitch },
  ];
  assert.deepEqual(linesOf(judgeSudo('h', answers(true, false))), [
    'ok: sudo permits what tunnels need, but not for Open vSwitch',
  ]);
  assert.match(judgeSudo('h', answers(false, true))[0]?.next ?? '', /^oneext hosts install --live-migrate$/);
  assert.equal(judgeSudo('h', [])[0]?.level, 'skipped');
});

test('D2-sudo: rules of an older version, and a question without an answer, are not ok', () => {
  const rights = ['address', 'reset', 'link', 'vswitch'] as const;
  const without = (refused: string) => rights.map((right) => ({ right, isPermitted: right !== refused }));
  const [old, ...more] = judgeSudo('h', without('reset'));
  assert.deepEqual([old?.level, more], ['error', []]);
  assert.match(
    old?.message ?? '',
    /^sudo does not permit ip address add 198\.18\.0\.1\/32 dev lo label lo:omig0: .* of an older version$/,
  );
  assert.equal(old?.next, 'oneext hosts install --live-migrate');
  assert.deepEqual(linesOf(judgeSudo('h', without('').slice(0, 3))), [
    'skipped: sudo answered 3 of 4 questions',
  ]);
});

test('D2-sudo: every right that is asked for is one that the rules of sudo give, or OpenNebula', () => {
  const sudoers = formatSudoers().replaceAll('\\:', ':');
  for (const { argv, from } of Object.values(sudoRights)) {
    if (!from.startsWith('sudoers.d/')) continue;
    const patterns = [...sudoers.matchAll(/^ {4}(\/usr\/sbin\/[^,\n]*?)(?:, \\)?$/gm)].map(
      ([, pattern = '']) => new RegExp(`^${pattern.replaceAll('.', '\\.')}$`),
    );
    assert.ok(
      patterns.some((pattern) => pattern.test(`/usr/sbin/${argv.join(' ')}`)),
      argv.join(' '),
    );
  }
});
