import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createOutputLines } from '../../host-installer/output-lines.ts';

const linesOf = (...pieces: readonly string[]): readonly string[] => {
  const lines: string[] = [];
  const reader = createOutputLines((line) => lines.push(line));
  for (const piece of pieces) reader.push(piece);
  reader.finish();
  return lines;
};

test('lines of programs', () => {
  assert.deepEqual(linesOf('a\nb\r\nc'), ['a', 'b', 'c']);
  assert.deepEqual(linesOf('10 %\r20 %\r\x1b[Kdone\n'), ['10 %', '20 %', 'done']);
  assert.deepEqual(linesOf('\n\n  \n\x1b[0m\n'), []);
});

test('a line without an end is cut, and memory does not grow with it', () => {
  const lines = linesOf(...Array.from({ length: 1000 }, () => 'x'.repeat(1000)), '\nnext\n');
  assert.deepEqual(
    lines.map((line) => line.length),
    [2000, 4],
  );
});

test('law: how the output is cut into pieces does not matter', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', '\n', '\r', '\x1b', '[', 'm', '東'),
    maxLength: 60,
  });
  fc.assert(
    fc.property(text, fc.array(fc.nat({ max: 60 })), (whole, cuts) => {
      const at = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
      const pieces = at.slice(1).map((end, index) => whole.slice(at[index], end));
      assert.deepEqual(linesOf(...pieces), linesOf(whole));
    }),
  );
});
