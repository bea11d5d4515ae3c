import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { fileHead, formatFrame, parseFrames } from '../../../collectors/accounts/frames.ts';
import { noon } from '../../support/made-accounts.ts';

const lines = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => `${text}\n`);
const bodies = fc.array(lines, { minLength: 1, maxLength: 5 });
const pack = (texts: readonly string[]): Buffer =>
  Buffer.concat([Buffer.from(fileHead), ...texts.map((text, at) => formatFrame('block', at, noon, text))]);
const parse = (bytes: Buffer) => {
  const parsed = parseFrames(bytes);
  assert.ok(typeof parsed !== 'string', String(parsed));
  return { ...parsed, texts: parsed.frames.map(({ body }) => body.toString()) };
};

test('law: what is packed is read again', () => {
  fc.assert(
    fc.property(bodies, (texts) => {
      const { texts: read, frames, soundBytes, damages } = parse(pack(texts));
      assert.deepEqual(
        read,
        texts.map((text) => Buffer.from(text).toString()),
      );
      assert.deepEqual(
        [frames[0]?.hour, frames[0]?.sequence, soundBytes, damages],
        [noon, 0, pack(texts).length, 0],
      );
    }),
  );
});

test('law: a file that ends anywhere gives its whole frames, and nothing of the torn one', () => {
  fc.assert(
    fc.property(bodies, fc.nat(), (texts, cut) => {
      const whole = pack(texts);
      const torn = whole.subarray(0, cut % (whole.length + 1));
      const { texts: read, soundBytes, damages } = parse(torn);
      assert.deepEqual(read, parse(whole).texts.slice(0, read.length));
      assert.ok(soundBytes <= torn.length && damages === 0);
      // What is appended behind the sound part is read with it.
      const head = soundBytes === 0 ? Buffer.from(fileHead) : torn.subarray(0, soundBytes);
      assert.deepEqual(parse(Buffer.concat([head, formatFrame('block', 9, noon, 'next\n')])).texts, [
        ...read,
        'next\n',
      ]);
    }),
  );
});

test('law: a byte that is changed costs the frame that it is in at most, and is seen', () => {
  fc.assert(
    fc.property(bodies, fc.nat(), (given, place) => {
      const texts = [...given, 'last\n'];
      const bytes = pack(texts);
      const at = fileHead.length + (place % (bytes.length - fileHead.length));
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      const { texts: read, damages } = parse(bytes);
      assert.ok(read.length >= texts.length - 1);
      assert.ok(read.every((text) => texts.map((one) => Buffer.from(one).toString()).includes(text)));
      assert.ok(damages === 1 || read.length === texts.length);
    }),
  );
});

test('a day that was compressed in parts has a head before each part', () => {
  const part = (text: string): string => `${fileHead}${formatFrame('block', 1, noon, text)}`;
  const { texts, damages } = parse(Buffer.from(part('one\n') + part('two\n')));
  assert.deepEqual([texts, damages], [['one\n', 'two\n'], 0]);
});

test('a file of the first version is read', () => {
  const first = pack(['one\n']).toString().replace('version 2', 'version 1');
  assert.deepEqual(parse(Buffer.from(first)).texts, ['one\n']);
});

test('a frame behind a damaged one says so', () => {
  const bytes = pack(['one\n', 'two\n', 'three\n', 'four\n']);
  bytes[bytes.indexOf('two')] = 0;
  const { frames } = parse(bytes);
  assert.deepEqual(
    frames.map(({ isAfterDamage }) => isAfterDamage),
    [false, true, false],
  );
});

test('another version, and what is no file of ours', () => {
  assert.equal(parseFrames(Buffer.from(fileHead.replace('version 2', 'version 3'))), 'other_version');
  for (const text of ['x', 'a\tb\n', '# comment\n', '\0\0\0'])
    assert.equal(parseFrames(Buffer.from(text)), 'not_ours');
});
