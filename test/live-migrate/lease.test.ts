import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { readFrontEnd } from '../../live-migrate/io/front-end.ts';
import { formatLease, ownerOf, parseLease } from '../../live-migrate/lease.ts';

const leases = fc.record(
  {
    vmId: fc.integer({ min: 0, max: 99_999_999 }),
    frontEnd: fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,127}$/),
    machine: fc.stringMatching(/^[0-9a-f]{32}$/),
    bootId: fc.uuid(),
    pid: fc.integer({ min: 1, max: 4_194_304 }),
    startTime: fc.stringMatching(/^[1-9][0-9]{0,15}$/),
  },
  { noNullPrototype: true },
);

test('law: a lease is read as it was written, and fits the alias of a link', () => {
  fc.assert(
    fc.property(leases, (lease) => {
      assert.deepEqual(parseLease(formatLease(lease)), lease);
      assert.ok(formatLease(lease).length <= 255);
    }),
  );
});

test('what is no lease has an unknown owner', () => {
  for (const text of ['', 'uplink', 'oneext 1 fe', 'oneext x fe 01234567-89ab-cdef-0123-456789abcdef 1 1'])
    assert.equal(parseLease(text), undefined, text);
  assert.equal(ownerOf(undefined, readFrontEnd()), 'unknown');
});

test('a process is alive only as itself: here, since this boot, since it started', () => {
  const here = readFrontEnd();
  const startTime = here.startTimeOf(process.pid) ?? '';
  const own = {
    vmId: 1,
    frontEnd: here.name,
    machine: here.machine,
    bootId: here.bootId,
    pid: process.pid,
    startTime,
  };
  assert.equal(ownerOf(own, here), 'alive');
  assert.equal(ownerOf({ ...own, startTime: '1' }, here), 'dead');
  assert.equal(ownerOf({ ...own, pid: 2 ** 30 }, here), 'dead');
  assert.equal(ownerOf({ ...own, bootId: '00000000-0000-0000-0000-000000000000' }, here), 'dead');
  assert.equal(ownerOf({ ...own, frontEnd: 'another' }, here), 'elsewhere');
});

test('B4-a front-end of the same name is another one: its tunnels are neither alive nor dead', () => {
  const here = readFrontEnd();
  const [machine, bootId] = ['00112233445566778899aabbccddeeff', '00000000-0000-0000-0000-000000000000'];
  const other = { vmId: 1, frontEnd: here.name, machine, bootId, pid: process.pid, startTime: '1' };
  assert.equal(ownerOf(other, here), 'elsewhere');
  assert.equal(
    ownerOf({ ...other, bootId: here.bootId }, here),
    'elsewhere',
    'two containers of one machine',
  );
  assert.equal(ownerOf(other, { ...here, machine }), 'dead', 'after a reboot');
});
