import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createResponseReader, MalformedResponse } from '../../../lib/http/response-reader.ts';
import { inPieces } from '../../support/recordings.ts';

interface Read {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly complete: boolean;
  readonly completeAtEnd: boolean;
  readonly keeps: boolean;
}

/** What is read of bytes in pieces of a size; the message where they are malformed. */
const read = (text: string | Buffer, pieceSize = 1e9): Read | string => {
  let status = 0;
  let headers: ReadonlyMap<string, string> = new Map();
  const body: Buffer[] = [];
  const reader = createResponseReader({
    head(head) {
      ({ status, headers } = head);
    },
    body: (bytes) => body.push(Buffer.from(bytes)),
  });
  try {
    inPieces(Buffer.from(text), pieceSize, reader.push);
  } catch (thrown) {
    if (thrown instanceof MalformedResponse) return thrown.message;
    throw thrown;
  }
  return {
    status,
    headers: Object.fromEntries(headers),
    body: Buffer.concat(body).toString(),
    complete: reader.isComplete(false),
    completeAtEnd: reader.isComplete(true),
    keeps: reader.keepsConnection(),
  };
};

const whole = { status: 200, complete: true, completeAtEnd: true, keeps: true };
const cases: Readonly<Record<string, readonly [text: string, expected: Read]>> = {
  'a length': [
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nx-a:\t2 \r\n\r\nhello',
    { ...whole, headers: { 'content-length': '5', 'x-a': '1, 2' }, body: 'hello' },
  ],
  'no byte of body': [
    'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n',
    { ...whole, headers: { 'content-length': '0' }, body: '' },
  ],
  'a length that is not reached': [
    'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nhello',
    {
      ...whole,
      headers: { 'content-length': '6' },
      body: 'hello',
      complete: false,
      completeAtEnd: false,
      keeps: false,
    },
  ],
  'bytes behind the end': [
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhello',
    { ...whole, headers: { 'content-length': '2' }, body: 'he', keeps: false },
  ],
  'chunks, an extension, trailers': [
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5;x="y"\r\nhello\r\n00A \r\n, world...\r\n0\r\nx: y\r\n\r\n',
    { ...whole, headers: { 'transfer-encoding': 'Chunked' }, body: 'hello, world...' },
  ],
  'chunks without the last one': [
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n',
    {
      ...whole,
      headers: { 'transfer-encoding': 'chunked' },
      body: 'hello',
      complete: false,
      completeAtEnd: false,
      keeps: false,
    },
  ],
  'neither: until the connection ends': [
    'HTTP/1.0 200 OK\r\n\r\nhello',
    { ...whole, headers: {}, body: 'hello', complete: false, keeps: false },
  ],
  'a connection that will be closed': [
    'HTTP/1.1 200 OK\r\nConnection: x, Close\r\ncontent-length: 1\r\n\r\n1',
    { ...whole, headers: { connection: 'x, Close', 'content-length': '1' }, body: '1', keeps: false },
  ],
  'other answers first': [
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1',
    { ...whole, headers: { 'content-length': '1' }, body: '1' },
  ],
  'a status without a body': [
    'HTTP/1.1 204 No Content\r\n\r\n',
    { ...whole, status: 204, headers: {}, body: '' },
  ],
};

test('the end of a response is found, however its bytes are cut', () => {
  for (const [name, [text, expected]] of Object.entries(cases)) {
    for (const size of [1, 2, 3, 7, 1000])
      assert.deepEqual(read(text, size), expected, `${name}, by ${size}`);
  }
});

test('what two readers could understand differently is malformed', () => {
  const malformed = [
    'SSH-2.0-OpenSSH_9.2\r\n\r\n',
    'HTTP/2 200\r\n\r\n',
    'HTTP/1.1 99 x\r\n\r\n',
    'HTTP/1.1 200 OK\ncontent-length: 1\n\n1',
    'HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\n\r\n1',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n1',
    'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n1',
    'HTTP/1.1 200 OK\r\ncontent-length: 0x1\r\n\r\n1',
    'HTTP/1.1 200 OK\r\ncontent-length : 1\r\n\r\n1',
    'HTTP/1.1 200 OK\r\na: b\r\n folded\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\nx\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nxx\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffff\r\nx\r\n',
    `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}`,
    `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`,
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${'x: y\r\n'.repeat(20_000)}`,
  ];
  for (const text of malformed) {
    for (const size of [1, 1e9]) assert.equal(typeof read(text, size), 'string', text.slice(0, 100));
  }
});

const chunked = (chunks: readonly string[]): string =>
  chunks.map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`).join('');

test('law: any body in any chunks and any pieces is the body', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, unit: 'grapheme' })),
      fc.integer({ min: 1, max: 50 }),
      (chunks, size) => {
        const answer = read(
          `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunked([...chunks])}0\r\n\r\n`,
          size,
        );
        assert.ok(typeof answer === 'object');
        assert.equal(answer.body, chunks.join(''));
        assert.ok(answer.keeps);
      },
    ),
  );
});

test('law: no bytes make it throw anything else, or differ by how they are cut', () => {
  const tokens = ['HTTP/1.1 200 OK', '\r\n', '\n', ':', ' ', 'content-length', 'transfer-encoding', 'chunked']
    .concat(['5', '0', 'a', 'hello', '\r', ';', 'connection: close'])
    .map((token) => fc.constant(token));
  const anything = fc
    .array(fc.oneof(...tokens, fc.string()), { maxLength: 30 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(anything, fc.integer({ min: 1, max: 9 }), (text, size) => {
      assert.deepEqual(read(`HTTP/1.1 200 OK\r\n${text}`, size), read(`HTTP/1.1 200 OK\r\n${text}`));
    }),
  );
});
