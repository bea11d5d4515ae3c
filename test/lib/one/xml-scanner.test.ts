import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createXmlScanner } from '../../../lib/one/xml-scanner.ts';
import { decodeText, decodeTextInto } from '../../../lib/one/xml-text.ts';
import { inPieces, recordedDocument } from '../../support/recordings.ts';

interface Scanned {
  readonly events: readonly string[];
  readonly end: string;
  readonly repairs: number;
}

/** Events with neighbouring texts joined: how a text is cut depends on the pieces. */
const scan = (document: Buffer, pieceSize: number, skip: ReadonlySet<string> = new Set()): Scanned => {
  const events: string[] = [];
  const scanner = createXmlScanner({
    open(name) {
      events.push(`<${name}>`);
      return skip.has(name) ? 'skip' : 'read';
    },
    text(bytes, from, to, cdata) {
      const text = decodeText(bytes, from, to, cdata);
      const last = events.at(-1);
      if (last?.startsWith('=') === true) events[events.length - 1] = last + text;
      else events.push(`=${text}`);
    },
    close: (name) => void events.push(`</${name}>`),
  });
  inPieces(document, pieceSize, scanner.push);
  const end = scanner.finish();
  return { events, end, repairs: scanner.repairs() };
};

const scanText = (document: string): Scanned => scan(Buffer.from(document), 4096);

test('elements, text, CDATA, entities, empty elements', () => {
  const { events, end, repairs } = scanText(
    '<?xml version="1.0"?>\n<A><B>x&lt;&amp;&#xE9;&#65;&unknown;</B><C><![CDATA[<b>&amp;]]]></C><D/><E a="1">é</E></A>\n',
  );
  assert.deepEqual(events, [
    '<A>',
    '<B>',
    '=x<&éA&unknown;',
    '</B>',
    '<C>',
    '=<b>&amp;]',
    '</C>',
    '<D>',
    '</D>',
    '<E>',
    '=é',
    '</E>',
    '</A>',
  ]);
  assert.equal(end, 'complete');
  assert.equal(repairs, 0);
});

test('a skipped element costs no event, whatever it holds', () => {
  const { events } = scan(
    Buffer.from('<A><B><C><B>x</B></C><![CDATA[</B>]]></B><D>y</D></A>'),
    3,
    new Set(['B']),
  );
  assert.deepEqual(events, ['<A>', '<B>', '<D>', '=y', '</D>', '</A>']);
});

test('a bulky element is passed over by its end tag alone, in pieces of any size', () => {
  const document = Buffer.from('<A><B>1</B><P><P1><![CDATA[<x></y>]]></P1><B>2</B></P><B>3</B></A>');
  for (let size = 1; size <= document.length; size += 1) {
    const events: string[] = [];
    const scanner = createXmlScanner({
      open(name) {
        events.push(name);
        return name === 'P' ? 'skip-blindly' : 'read';
      },
      text: (bytes, from, to, cdata) => void events.push(decodeText(bytes, from, to, cdata)),
      close: (name) => void events.push(`/${name}`),
    });
    inPieces(document, size, scanner.push);
    assert.equal(scanner.finish(), 'complete');
    assert.deepEqual(events, ['A', 'B', '1', '/B', 'P', 'B', '3', '/B', '/A'], `pieces of ${size}`);
    assert.equal(scanner.repairs(), 0);
  }
});

test('documents that are not well-formed are mended', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['<A><N>a<b</N><C>1</C></A>', ['<A>', '<N>', '=a<b', '</N>', '<C>', '=1', '</C>', '</A>']],
    ['<A><N>a < b & c</N></A>', ['<A>', '<N>', '=a < b & c', '</N>', '</A>']],
    [
      '<A><N>a<b>c</N><C>1</C></A>',
      ['<A>', '<N>', '=a', '<b>', '=c', '</b>', '</N>', '<C>', '=1', '</C>', '</A>'],
    ],
    ['<A><N>x</M></N></A>', ['<A>', '<N>', '=x', '</N>', '</A>']],
    ['<A><N>\u0001<!-- y --></N></A>', ['<A>', '<N>', '=\u0001<!-- y -->', '</N>', '</A>']],
    ['<A><__proto__>x</__proto__></A>', ['<A>', '<__proto__>', '=x', '</__proto__>', '</A>']],
    ['<A><B>1</A><B>2</B></A>', ['<A>', '<B>', '=1', '</B>', '<B>', '=2', '</B>', '</A>']],
  ];
  for (const [document, expected] of cases) {
    assert.deepEqual(scanText(document).events, expected, document);
  }
  assert.ok(scanText('<A><N>a<b</N></A>').repairs > 0);
});

test('a document that ends early is truncated, one without elements is empty', () => {
  assert.equal(scanText('<A><B>x</B>').end, 'truncated');
  assert.equal(scanText('<A><B>x</B></').end, 'truncated');
  assert.equal(scanText('<A><B><![CDATA[x').end, 'truncated');
  assert.equal(scanText('').end, 'empty');
  assert.equal(scanText('Internal Server Error').end, 'empty');
});

test('recorded documents give the same events in pieces of any size', () => {
  const document = recordedDocument('vmpool.infoextended-notdone');
  const whole = scan(document, document.length);
  assert.equal(whole.end, 'complete');
  assert.equal(whole.repairs, 0);
  for (const size of [1, 2, 3, 7, 64, 1000])
    assert.deepEqual(scan(document, size), whole, `pieces of ${size}`);
});

/** Bytes that often look like markup. */
const markupLike = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<A>',
        '</A>',
        '<B>',
        '</B>',
        '<C/>',
        '<![CDATA[',
        ']]>',
        '&lt;',
        '&#x10FFFF;',
        '&',
        '<',
        '>',
        'é',
        '€',
        '😀',
        ' ',
      ),
      fc.string({ unit: 'grapheme', maxLength: 5 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.from(parts.join('')));

test('law: how a document is cut does not matter', () => {
  fc.assert(
    fc.property(markupLike, fc.integer({ min: 1, max: 20 }), (document, size) => {
      const whole = scan(document, Math.max(1, document.length));
      assert.deepEqual(scan(document, size).events, whole.events);
    }),
    { numRuns: 500 },
  );
});

test('law: arbitrary bytes never throw, and each element is closed at most once', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (bytes, size) => {
      const { events } = scan(Buffer.from(bytes), size);
      const opened = events.filter((event) => /^<[^/]/.test(event)).length;
      const closed = events.filter((event) => event.startsWith('</')).length;
      assert.ok(closed <= opened);
    }),
  );
});

test('law: decoding into a buffer equals decoding to a string', () => {
  fc.assert(
    fc.property(markupLike, (bytes) => {
      const target = Buffer.alloc(bytes.length);
      const written = decodeTextInto(bytes, 0, bytes.length, target);
      assert.equal(target.toString('utf8', 0, written), decodeText(bytes, 0, bytes.length, false));
    }),
  );
});
