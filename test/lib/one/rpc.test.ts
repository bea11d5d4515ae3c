import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createRpcAnswerReader, type RpcOutcome } from '../../../lib/one/rpc-answer.ts';
import { formatRpcRequest } from '../../../lib/one/rpc-request.ts';
import { inPieces, recordedBody } from '../../support/recordings.ts';

const read = (body: Buffer, pieceSize = 64): RpcOutcome => {
  const reader = createRpcAnswerReader();
  inPieces(body, pieceSize, reader.push);
  return reader.finish();
};

test('recorded answers', () => {
  const cases: readonly (readonly [string, RpcOutcome])[] = [
    ['system.version', { kind: 'success', value: '7.4.0' }],
    ['host.update-append', { kind: 'success', value: 1 }],
    [
      'error-novm',
      { kind: 'error', errorCode: 1024, message: '[one.vm.info] Error getting virtual machine [99999].' },
    ],
    [
      'error-badpass',
      {
        kind: 'error',
        errorCode: 256,
        message: "[one.vmpool.info] User couldn't be authenticated, aborting call.",
      },
    ],
    ['error-badmethod', { kind: 'fault', errorCode: -506, message: "Method 'one.nope.nope' not defined" }],
  ];
  for (const [name, expected] of cases) assert.deepEqual(read(recordedBody(name)), expected, name);
  for (const name of ['error-badtype', 'error-missingarg'])
    assert.equal(read(recordedBody(name)).kind, 'fault');
});

test('an answer that ends early is truncated, wherever it ends', () => {
  const body = recordedBody('system.version');
  const last = body.lastIndexOf('>');
  for (let length = body.indexOf('<methodResponse>') + 16; length <= last; length += 1) {
    assert.equal(read(body.subarray(0, length)).kind, 'truncated', `after ${length} bytes`);
  }
});

test('what is no XML-RPC answer is told so', () => {
  for (const body of ['', 'nginx', '<html><body>502</body></html>', '<methodResponse></methodResponse>']) {
    assert.equal(read(Buffer.from(body)).kind, 'not-xml', body);
  }
});

test('a value without a type is a string, and CDATA is taken', () => {
  const answer = (value: string): Buffer =>
    Buffer.from(
      `<methodResponse><params><param><value><array><data><value><boolean>1</boolean></value><value>${value}</value></data></array></value></param></params></methodResponse>`,
    );
  assert.deepEqual(read(answer('7.4.0')), { kind: 'success', value: '7.4.0' });
  assert.deepEqual(read(answer('<string><![CDATA[<A/>]]></string>')), { kind: 'success', value: '<A/>' });
});

test('law: arbitrary bytes never throw and are never a success', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => read(Buffer.from(bytes)).kind !== 'success'),
  );
});

test('requests escape what a password may hold', () => {
  assert.equal(
    formatRpcRequest('one.vmpool.info', ['u:a<b>&"c', -2, true]),
    '<?xml version="1.0"?>\n<methodCall><methodName>one.vmpool.info</methodName><params>' +
      '<param><value><string>u:a&lt;b&gt;&amp;"c</string></value></param><param><value><i4>-2</i4></value></param>' +
      '<param><value><boolean>1</boolean></value></param></params></methodCall>\n',
  );
});
