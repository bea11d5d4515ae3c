import assert from 'node:assert/strict';
import test from 'node:test';
import { commonError } from '../../../lib/errors/common-errors.ts';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { createLog, formatLogLine } from '../../../lib/log/log.ts';

const time = new Date(0);

test('lines as logfmt and as JSON', () => {
  const fields = { url: 'http://[::]:9925', error: 'a "b"\nc', empty: '', count: 3 };
  assert.equal(
    formatLogLine('logfmt', time, 'warn', 'some thing', fields),
    'time=1970-01-01T00:00:00.000Z level=warn msg="some thing" url=http://[::]:9925 error="a \\"b\\"\\nc" empty="" count=3',
  );
  const line = JSON.parse(formatLogLine('json', time, 'warn', 'some thing', fields));
  assert.deepEqual(line, { time: '1970-01-01T00:00:00.000Z', level: 'warn', msg: 'some thing', ...fields });
});

test('lines below the level are not written', () => {
  const lines: string[] = [];
  const log = createLog({
    level: 'warn',
    format: 'logfmt',
    now: () => time,
    write: (line) => lines.push(line),
  });
  log.debug('no');
  log.info('no');
  log.warn('yes');
  log.error('yes');
  assert.equal(lines.length, 2);
});

test('an expected failure says what happened, what to do, and how a program ends', () => {
  const error = commonError('ONE_HTTP_STATUS', {
    method: 'one.vm.info',
    endpoint: 'http://x/',
    status: 502,
  });
  assert.equal(error.message, 'one.vm.info: http://x/ answered HTTP status 502');
  assert.match(error.hint, /ONE_XMLRPC/);
  assert.equal(error.exitCode, 1);
  assert.equal(reasonOf(new AggregateError([new Error('a'), new Error('b')])), 'a; b');
  assert.equal(reasonOf('text'), 'text');
});
