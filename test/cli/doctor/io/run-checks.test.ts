import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Check, Surroundings } from '../../../../cli/doctor/check.ts';
import { BrokenLink, failure, ok } from '../../../../cli/doctor/finding.ts';
import { runChecks } from '../../../../cli/doctor/io/run-checks.ts';
import { geolocationError } from '../../../../geolocation/errors.ts';

/** Checks of these tests look at nothing of them but the time limit. */
const surroundings = (timeLimitMs = 60_000): Surroundings =>
  ({ options: { 'doctor.time-limit': timeLimitMs } }) as unknown as Surroundings;

const throwing = (name: string, thrown: unknown): Check => ({
  name,
  about: '',
  look: async () => {
    throw thrown;
  },
});
const fine = (name: string): Check => ({ name, about: '', look: async () => [ok('fine')] });
const coded = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

test('law: whatever some checks throw, the others say what they say alone, and each has its line', async () => {
  const thrown = fc.oneof(
    fc.string(),
    fc.constant(undefined),
    fc.constant(new Error('no')),
    fc.constant(coded('EACCES')),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(thrown, { nil: null }), { minLength: 1, maxLength: 8 }),
      async (plan) => {
        const checks = plan.map((one, at) => (one === null ? fine(`c${at}`) : throwing(`c${at}`, one)));
        const findings = await runChecks(checks, surroundings());
        assert.deepEqual(
          findings.map(({ check, level }) => [check, level === 'ok']),
          plan.map((one, at) => [`c${at}`, one === null]),
        );
      },
    ),
  );
});

test('what this user may not read is a warning, anything else an error with its reason and hint', async () => {
  const [denied, failed, expected] = await runChecks(
    [
      throwing('a', new Error('outer', { cause: coded('EACCES') })),
      throwing('b', new Error('line one\nline two')),
      throwing('c', geolocationError('GEOLOCATION_UNKNOWN', { address: '1.2.3.4' })),
    ],
    surroundings(),
  );
  assert.deepEqual([denied?.level, denied?.next], ['warning', 'sudo -u oneadmin oneext doctor']);
  assert.deepEqual([failed?.level, failed?.message], ['error', 'cannot look: line one line two']);
  assert.match(expected?.next ?? '', /^name a database/);
});

test('a check that has no end is told as such, and the others are not held up', async () => {
  const endless: Check = { name: 'endless', about: '', look: () => new Promise(() => undefined) };
  const [late, other] = await runChecks([endless, fine('other')], surroundings(20));
  assert.equal(late?.level, 'warning');
  assert.equal(late?.message, 'cannot tell: no end within 20 ms');
  assert.equal(other?.level, 'ok');
});

test('what hangs on a broken link is skipped where the link has its own line, else an error', async () => {
  const broken = throwing('hooks', new BrokenLink('one', 'no API', undefined));
  const link: Check = { name: 'one', about: '', look: async () => [failure('no API', 'start it')] };
  const both = await runChecks([link, broken], surroundings());
  assert.deepEqual(
    both.map(({ level, message }) => [level, message]),
    [
      ['error', 'no API'],
      ['skipped', 'nothing to look at: see one'],
    ],
  );
  const [alone] = await runChecks([broken], surroundings());
  assert.deepEqual([alone?.level, alone?.message], ['error', 'cannot look: no API']);
});
