import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { parseRequest } from '../../live-migrate/request.ts';

const stdin = readFileSync('test/fixtures/opennebula/migrate/local-stdin.base64');
const words = ['fake-deploy-id-kl1', 'kl2', 'kl1', '12', 'kl1'];

test('what oned gives a local action', () => {
  assert.deepEqual(parseRequest(words, stdin), {
    deployId: 'fake-deploy-id-kl1',
    destination: 'kl2',
    source: 'kl1',
    vmId: 12,
    words,
    document: Buffer.from(stdin.toString('latin1'), 'base64'),
  });
});

test('what is no request is refused, and says why', () => {
  const raw = Buffer.from('<VMM_DRIVER_ACTION_DATA></VMM_DRIVER_ACTION_DATA>\n');
  const cases: readonly (readonly [readonly string[], Buffer, RegExp])[] = [
    [[], stdin, /there are 0 arguments/],
    [[...words, 'more'], stdin, /there are 6 arguments/],
    [['one-1', '-oProxyCommand=true', 'kl1', '12', 'kl1'], stdin, /the destination is "-oProxyCommand=true"/],
    [['one-1', 'kl2', 'kl1; reboot', '12'], stdin, /the source is "kl1; reboot"/],
    [['one-1', 'kl2', '', '12'], stdin, /the source is ""/],
    [['$(id)', 'kl2', 'kl1', '12'], stdin, /the deploy id is "\$\(id\)"/],
    [['one-1', 'kl2', 'kl1', '100000000'], stdin, /id is "100000000", not from 0 to 99999999/],
    [['one-1', 'kl2', 'kl1', '-1'], stdin, /id is "-1"/],
    [['one-1', 'kl2', 'kl1', '1e3'], stdin, /id is "1e3"/],
    [['one-1', 'kl2', 'kl1', '12', 'kl3'], stdin, /it runs for kl3, but the source is kl1/],
    [words, Buffer.alloc(0), /stdin is empty/],
    [words, raw, /stdin is not base64/],
    [words, Buffer.from('aGVsbG8='), /stdin is not the base64 of <VMM_DRIVER_ACTION_DATA>/],
  ];
  for (const [given, input, message] of cases)
    assert.throws(() => parseRequest(given, input), { code: 'MIGRATION_REQUEST_INVALID', message });
});
