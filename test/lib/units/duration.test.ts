import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDurationMs } from '../../../lib/units/duration.ts';

test('durations as Prometheus writes them', () => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['5s', 5000],
    ['500ms', 500],
    ['1m30s', 90_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['0', 0],
    ['5', undefined],
    ['', undefined],
    ['-5s', undefined],
    ['5 s', undefined],
    ['1.5s', undefined],
    ['99999999999999999999d', undefined],
  ];
  for (const [text, expected] of cases) assert.equal(parseDurationMs(text), expected, text);
});

test('what is formatted is parsed to the same duration', () => {
  fc.assert(fc.property(fc.nat(1e12), (ms) => parseDurationMs(formatDuration(ms)) === ms));
});
