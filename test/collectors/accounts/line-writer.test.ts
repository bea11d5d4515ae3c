import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { escapeField } from '../../../collectors/accounts/fields.ts';
import { createLineWriter, type LineWriter } from '../../../collectors/accounts/line-writer.ts';

const written = (write: (lines: LineWriter) => void): string => {
  const lines = createLineWriter();
  write(lines);
  lines.endLine();
  return lines.finish().toString();
};

test('law: numbers are written as they are spelled', () => {
  const numbers = fc.oneof(
    fc.maxSafeInteger(),
    fc.nat(),
    fc.double({ noNaN: true }),
    fc.constantFrom(0, 9, 10, 999_999_999, 1e9, 1e9 + 1, 1e18, 0.1, 1e-7),
  );
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1 }), (values) => {
      const line = written((lines) => {
        for (const value of values) lines.number(value);
      });
      assert.equal(line, `${values.join('\t')}\n`);
    }),
  );
});

test('law: texts are escaped and written in UTF-8', () => {
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'a\tb', '\\', 'Zoë', '\x7f'));
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1 }), (values) => {
      const line = written((lines) => {
        for (const value of values) lines.text(value);
      });
      assert.equal(line, Buffer.from(`${values.map(escapeField).join('\t')}\n`).toString());
    }),
  );
});

test('law: seconds are what the milliseconds are', () => {
  fc.assert(
    fc.property(fc.nat(1e12), (ms) => {
      const line = written((lines) => lines.seconds(ms));
      assert.match(line, /^\d+(?:\.\d{0,2}[1-9])?\n$/);
      assert.equal(Math.round(Number(line) * 1000), ms);
    }),
  );
});

test('more than one piece of memory is no limit', () => {
  const long = 'x'.repeat(300_000);
  const line = written((lines) => {
    for (let count = 0; count < 5; count += 1) lines.text(long);
    lines.number(7);
  });
  assert.equal(line, `${`${long}\t`.repeat(5)}7\n`);
});
