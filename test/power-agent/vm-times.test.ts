import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type VmProcess, vmSecondsBetween } from '../../power-agent/vm-times.ts';

const made = (pid: number, cpuSeconds: number, change: Partial<VmProcess> = {}): VmProcess => ({
  pid,
  startedAt: 1,
  key: 'one-1\nu',
  source: '',
  cpuSeconds,
  ...change,
});
const among = (...processes: readonly VmProcess[]) => new Map(processes.map((one) => [one.pid, one]));
const usedBy = (before: readonly VmProcess[], after: readonly VmProcess[], of: VmProcess = made(0, 0)) =>
  vmSecondsBetween(among(...before), among(...after)).get(of.key);

test('a VM has used what its process has used since the reading before', () => {
  assert.equal(usedBy([made(7, 10)], [made(7, 12.5)]), 2.5);
});

test('a process that is seen for the first time has used nothing yet', () => {
  assert.equal(usedBy([], [made(7, 1000)]), 0);
});

test('a VM that was started again under the same pid begins at nothing', () => {
  assert.equal(usedBy([made(7, 10)], [made(7, 90, { startedAt: 2 })]), 0);
});

test('another VM under the same pid, and a time from another place, begin at nothing', () => {
  const other = made(7, 90, { key: 'one-2\nu' });
  assert.equal(usedBy([made(7, 10)], [other], other), 0);
  assert.equal(usedBy([made(7, 10)], [made(7, 90, { source: 'cgroup' })]), 0);
});

test('no time is ever negative, and a VM that has ended has none', () => {
  const process = fc.record({
    pid: fc.integer({ min: 1, max: 4 }),
    cpuSeconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
    startedAt: fc.integer({ min: 1, max: 2 }),
    key: fc.constantFrom('one-1\nu', 'one-2\nu'),
  });
  const processes = fc.array(process.map(({ pid, cpuSeconds, ...rest }) => made(pid, cpuSeconds, rest)));
  fc.assert(
    fc.property(processes, processes, (before, after) => {
      const used = vmSecondsBetween(among(...before), among(...after));
      assert.ok([...used.values()].every((seconds) => seconds >= 0));
      const alive = new Set([...among(...after).values()].map(({ key }) => key));
      assert.deepEqual(new Set(used.keys()), alive);
    }),
  );
});

test('a VM whose process has forked in its cgroup has used what the cgroup has used, once', () => {
  const both = (cpuSeconds: number) => [
    made(7, cpuSeconds, { source: '/one-1' }),
    made(8, cpuSeconds, { source: '/one-1' }),
  ];
  assert.equal(usedBy(both(10), both(12)), 2);
  assert.equal(usedBy(both(10).slice(0, 1), both(12)), 2, 'when it forks');
  assert.equal(usedBy(both(10), both(12).slice(1)), 2, 'when the first of them ends');
});

test('processes of a VM without a cgroup have used time of their own', () => {
  assert.equal(usedBy([made(7, 10), made(8, 20)], [made(7, 12), made(8, 23)]), 5);
});
