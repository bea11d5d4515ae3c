import assert from 'node:assert/strict';
import test from 'node:test';
import { noAccounts } from '../../power-agent/accounts.ts';
import {
  busyOf,
  type CpuSeconds,
  capacityOf,
  cpuSecondsBetween,
  noCpuSeconds,
  parseHostCpu,
} from '../../power-agent/host-cpu.ts';
import { advanceAgent, beginAgent, type HostReading } from '../../power-agent/step.ts';

const page =
  'cpu  1000 200 300 4000 500 60 70 80 999 9\ncpu0 1 2 3 4 5 6 7 8 9 9\ncpu1 1 2 3 4 5 6 7 8 9 9\nintr 5 6\n';

test('the time of all CPUs; that of guests is within user time', () => {
  const read = parseHostCpu(page);
  assert.ok(read !== undefined);
  assert.equal(read.cpus, 2);
  assert.ok(Math.abs(capacityOf(read.seconds) - 62.1) < 1e-9);
  assert.ok(Math.abs(busyOf(read.seconds) - 17.1) < 1e-9, 'waiting for a disk is not busy');
});

test('an old kernel counts fewer modes', () => {
  assert.equal(parseHostCpu('cpu 100 0 0 300\ncpu0 100 0 0 300\n')?.seconds.steal, 0);
});

test('what is no such file is refused', () => {
  for (const text of ['', 'cpu\n', 'cpu 1 2 3 4\n', 'cpu a b c d\ncpu0 1 2 3 4\n', 'intr 1\n'])
    assert.equal(parseHostCpu(text), undefined, text);
});

test('a counter that falls by a little was not used', () => {
  const before = parseHostCpu(page)?.seconds;
  assert.ok(before !== undefined);
  const after = { ...before, iowait: before.iowait - 0.5, user: before.user + 1 };
  const used = cpuSecondsBetween(before, after);
  assert.equal(used.iowait, 0);
  assert.equal(capacityOf(used), 1);
});

const readingAt = (at: number, seconds: CpuSeconds): HostReading => ({
  at,
  now: at,
  cpu: { cpus: 2, seconds },
  vms: new Map(),
  meter: undefined,
});
const countedOf = (modes: readonly Partial<CpuSeconds>[]): CpuSeconds =>
  modes.reduce(
    (state, mode, at) => advanceAgent(state, readingAt(at, { ...noCpuSeconds, ...mode })),
    beginAgent(noAccounts),
  ).accounts.cpu;

test('a mode that falls and rises again is not counted twice', () => {
  assert.equal(countedOf([{ iowait: 10 }, { iowait: 9.9 }, { iowait: 10 }, { iowait: 10.25 }]).iowait, 0.25);
  assert.equal(countedOf([{ idle: 10 }, { idle: 9 }, { idle: 8 }, { idle: 11 }]).idle, 1, 'falls in steps');
});

test('a counter that begins anew counts from there', () => {
  assert.equal(countedOf([{ user: 1000 }, { user: 0 }, { user: 2 }]).user, 2);
});
