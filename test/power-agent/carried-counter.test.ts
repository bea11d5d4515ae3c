import assert from 'node:assert/strict';
import test from 'node:test';
import { formatCarriedCounter, parseCarriedCounter, parsePeers } from '../../power-agent/carried-counter.ts';

test('peers are those that are connected to a port on which this host listens', () => {
  const tcp = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1',
    '   1: 070200C0:0016 080200C0:D431 01 00000000:00000000 02:000A7214 00000000     0        0 2 2',
    '   2: 070200C0:0016 080200C0:D432 01 00000000:00000000 02:000A7214 00000000     0        0 3 2',
    '   3: 070200C0:9C40 090200C0:0801 01 00000000:00000000 02:000A7214 00000000     0        0 4 2',
    '   4: 070200C0:0016 0A0200C0:D431 06 00000000:00000000 03:00000000 00000000     0        0 0 3',
  ].join('\n');
  const tcp6 = [
    '   0: 00000000000000000000000000000000:407D 00000000000000000000000000000000:0000 0A 0',
    '   1: 0000000000000000FFFF0000070200C0:407D 0000000000000000FFFF00000B0200C0:D433 01 0',
    '   2: B80D0120000000000000000001000000:407D B80D0120000000000000000002000000:D433 01 0',
  ].join('\n');
  assert.deepEqual(parsePeers(`${tcp}\n${tcp6}`), [
    '192.0.2.8',
    '192.0.2.11',
    '2001:0db8:0000:0000:0000:0000:0000:0002',
  ]);
  assert.deepEqual(parsePeers(''), []);
});

test('what an agent tells is read back; all else is nothing', () => {
  for (const told of [
    { microjoules: 1, isThere: true },
    { microjoules: 9_007_199_254_740_991, isThere: false },
  ])
    assert.deepEqual(parseCarriedCounter(formatCarriedCounter(told)), told);
  for (const text of [
    '',
    '1\n',
    '-1 runs\n',
    '1.5 runs\n',
    '9007199254740993 ended\n',
    '1 runs\n1 runs\n',
    '<html>',
  ])
    assert.equal(parseCarriedCounter(text), undefined, text);
});
