import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createKeyReader } from '../../../cli/top/keys.ts';

const read = (...pieces: readonly (string | Buffer)[]): readonly string[] => {
  const reader = createKeyReader();
  const keys = pieces.flatMap((piece) => [...reader.push(Buffer.from(piece))]);
  return [...keys, ...reader.flush()].map((key) =>
    key.name === 'character' ? `=${key.character}` : key.name,
  );
};

test('keys as terminals send them', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['q', ['=q']],
    ['aé漢👍 ', ['=a', '=é', '=漢', '=👍', '= ']],
    ['\r\n\x7f\b', ['enter', 'enter', 'backspace', 'backspace']],
    ['\x03\x1a\x0c\x15\x01\x05', ['ctrl-c', 'ctrl-z', 'ctrl-l', 'ctrl-u', 'ctrl-a', 'ctrl-e']],
    ['\x1b[A\x1b[B\x1bOC\x1bOD', ['up', 'down', 'right', 'left']],
    ['\x1b[H\x1b[1~\x1bOF\x1b[4~', ['home', 'home', 'end', 'end']],
    ['\x1b[5~\x1b[6~\x1b[3~', ['page-up', 'page-down', 'delete']],
    ['\x1b', ['escape']],
    ['\x1bq', ['escape', '=q']],
    ['\x1b\x1b[A', ['escape', 'up']],
    // Keys that nothing is bound to are no characters.
    ['\x1b[1;5A\x1b[15~\x1b[200~x\x00\x1f', ['=x']],
    ['\x1b[', ['escape', '=[']],
    // What terminals answer and report: nothing of it is struck.
    ['\x1b[?1;2cq', ['=q']],
    ['\x1b[>0;276;0cq', ['=q']],
    ['\x1b[<0;10;10Mq', ['=q']],
    ['\x1b[24;80Rq', ['=q']],
    ['\x1b[27;5;106~q', ['=q']],
    ['\x1b[Iq', ['=q']],
  ];
  for (const [bytes, keys] of cases) assert.deepEqual(read(bytes), keys, JSON.stringify(bytes));
});

test('an ESC waits for what may follow', () => {
  const reader = createKeyReader();
  assert.deepEqual(reader.push(Buffer.from('\x1b')), []);
  assert.equal(reader.isWaiting(), true);
  assert.deepEqual(reader.push(Buffer.from('[A')), [{ name: 'up' }]);
  assert.equal(reader.isWaiting(), false);
});

test('it does not matter in which pieces the bytes come', () => {
  const part = fc.constantFrom(
    'q',
    'é',
    '漢',
    '👍',
    '\r',
    '\x1b[A',
    '\x1b[5~',
    '\x1bOH',
    '\x03',
    '\x1b[1;5C',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat(40)), (parts, cuts) => {
      const bytes = Buffer.from(parts.join(''));
      const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      assert.deepEqual(read(...pieces), read(bytes));
    }),
  );
});

test('whatever comes, the reader ends with nothing left', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const reader = createKeyReader();
      reader.push(bytes);
      reader.flush();
      assert.equal(reader.isWaiting(), false);
    }),
  );
});
