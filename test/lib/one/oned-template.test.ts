/** Texts as the parser that is built of OpenNebula's own grammar reads them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseTemplate } from '../../../lib/one/oned-template.ts';

const attributesOf = (text: string): unknown => {
  const { attributes, problem } = parseTemplate(text);
  assert.equal(problem, undefined);
  return attributes.map(({ name, single, vector }) => [
    name,
    single?.text ?? Object.fromEntries([...(vector ?? [])].map(([key, value]) => [key, value.text])),
  ]);
};

const read: readonly (readonly [about: string, text: string, attributes: unknown])[] = [
  ['names have no case', 'port = 1\n', [['PORT', '1']]],
  [
    'no value',
    'A =\nB=2',
    [
      ['A', ''],
      ['B', '2'],
    ],
  ],
  ['a comment is none behind an equals sign', 'A = # b\n', [['A', 'b']]],
  ['quotes', 'A = "x # \\" y\nz"\n', [['A', 'x # " y\nz']]],
  ['quotes that go on are no quotes', 'A = "b"c\n', [['A', '"b"c']]],
  [
    'a carriage return is no blank',
    'A = "b"\r\nC = "d e"\r\n',
    [
      ['A', '"b"\r'],
      ['C', 'd e'],
    ],
  ],
  ['a quote behind a backslash ends at the end', 'A = "b\\"', [['A', 'b\\']]],
  ['of a key that stands twice the first', 'A = [ b = 1, B = 2 ]', [['A', { B: '1' }]]],
  ['an empty vector', 'A = [\n]\n', [['A', {}]]],
  ['what begins no token is passed over', '; A = 1 . é\n', [['A', '1']]],
  ['comments inside', 'A = [ # x\n B = 1 # y, ]\n , C = 2 # z\n ]', [['A', { B: '1', C: '2' }]]],
  ['nothing', '# all\n# of it\n', []],
];
for (const [about, text, attributes] of read) {
  test(about, () => assert.deepEqual(attributesOf(text), attributes));
}

const unread: readonly (readonly [text: string, problem: RegExp])[] = [
  ['A = [ B = 1, ]\n', /^line 1: "]" cannot stand there$/],
  ['A = 1\nB = [ C = 1\n', /^line 3: the end of the file cannot stand there$/],
  ['A = 1\n# b', /^line 2: the comment in the last line needs a line end behind it$/],
  ['A B = 1\n', /^line 1: "B" cannot stand there$/],
  ['A = [ B = [ C = 1 ] ]\n', /^line 1: "\[" cannot stand there$/],
  ['A = 1\n\nB = x ]]> y\n', /^line 3: "x ]]> y" cannot stand there$/],
  ['A = "\0"\n', /^line 1: there is a zero byte$/],
];
for (const [text, problem] of unread) {
  test(`${JSON.stringify(text)} is not read`, () => assert.match(parseTemplate(text).problem ?? '', problem));
}
