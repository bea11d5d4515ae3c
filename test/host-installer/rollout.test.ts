/** Laws of a run over many hosts, and of going on with it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { HostTarget } from '../../host-installer/choose-hosts.ts';
import { rollOut } from '../../host-installer/io/rollout.ts';
import {
  forgetHosts,
  formatLastRun,
  type HostRecord,
  type LastRun,
  parseLastRun,
  planResume,
  withLastErrors,
} from '../../host-installer/last-run.ts';
import { isWell, type Result } from '../../host-installer/outcome.ts';

const results: readonly Result[] = [
  'installed',
  'unchanged',
  'failed',
  'unreachable',
  'not supported',
  'busy',
];
const aim = { version: '0.1.0', options: ['--port', '9000'] };
const targetsOf = (count: number): readonly HostTarget[] =>
  Array.from({ length: count }, (_, at) => ({ id: at * 3, name: `kvm${at}` }));
const recordOf = ({ id, name }: HostTarget, result: Result): HostRecord => ({
  id,
  name,
  result,
  detail: isWell(result) ? '' : 'why not',
  agent: isWell(result) ? { runtime: 'docker', version: '1.02', watts: 83.2 } : {},
  seconds: 1.5,
});

test('law: whichever hosts fail and wherever the run is stopped, no other fails, and resuming does the rest', async () => {
  const fates = fc.array(fc.constantFrom(...results), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      fates,
      fc.integer({ min: 1, max: 12 }),
      fc.nat({ max: 60 }),
      async (fate, jobs, stopAt) => {
        const targets = targetsOf(fate.length);
        const stop = new AbortController();
        let [running, most, done] = [0, 0, 0];
        let file = '';
        const work = async (target: HostTarget): Promise<HostRecord> => {
          running += 1;
          most = Math.max(most, running);
          for (let turns = target.id % 5; turns >= 0; turns -= 1) await Promise.resolve();
          running -= 1;
          done += 1;
          if (done === stopAt) stop.abort();
          return recordOf(target, fate[target.id / 3] ?? 'failed');
        };
        const onEnd = (hosts: readonly HostRecord[]): void => {
          file = formatLastRun({ ...aim, isOfAll: true, hosts });
        };
        const records = await rollOut(targets, { jobs, stop: stop.signal, work, onEnd });
        assert.ok(most <= jobs);
        assert.deepEqual(
          records.map(({ id }) => id),
          targets.map(({ id }) => id),
        );
        for (const [at, { result }] of records.entries())
          assert.ok(result === fate[at] || result === 'not begun');
        if (stopAt === 0 || stopAt > fate.length)
          assert.ok(records.every(({ result }) => result !== 'not begun'));
        if (fate.length === 0) return;

        const lastRun = parseLastRun(file);
        assert.deepEqual(lastRun, { ...aim, isOfAll: true, hosts: records });
        const { todo, done: kept } = planResume(targets, lastRun as LastRun, aim);
        const notWell = records.filter(({ result }) => !isWell(result));
        assert.deepEqual(
          todo.map(({ id }) => id),
          notWell.map(({ id }) => id),
        );
        assert.equal(todo.length + kept.length, targets.length);
      },
    ),
    { numRuns: 200 },
  );
});

const [first, second] = [
  { id: 0, name: 'kvm0' },
  { id: 3, name: 'kvm1' },
];
const lastRun: LastRun = {
  ...aim,
  isOfAll: true,
  hosts: [recordOf(first, 'installed'), recordOf(second, 'failed')],
};

test('another version, other options: every host is done again', () => {
  for (const other of [
    { ...aim, version: '0.2.0' },
    { ...aim, options: [] },
    { ...aim, options: ['--port', '9000', '--live-migrate'] },
  ]) {
    const { todo, isSameAim } = planResume([first, second], lastRun, other);
    assert.deepEqual([todo.length, isSameAim], [2, false]);
  }
});

test('hosts of the last run that are not resumed now can be later', () => {
  assert.deepEqual(planResume([first], lastRun, aim).others, [lastRun.hosts[1]]);
  const { others } = planResume([first], lastRun, { ...aim, options: [] });
  assert.deepEqual(
    others.map(({ id, result }) => [id, result]),
    [[3, 'not begun']],
  );
});

test('an id that stands for another host by now, and a host that is new, are done', () => {
  const targets = [{ id: 0, name: 'renamed' }, second, { id: 9, name: 'new' }];
  assert.deepEqual(planResume(targets, lastRun, aim).todo, targets);
});

test('hosts that were uninstalled are not taken for done', () => {
  assert.deepEqual(planResume([first], forgetHosts(lastRun, [first]), aim).todo, [first]);
});

test('status tells why the last install failed, of those that are not well', () => {
  const now = [recordOf(first, 'failed'), { ...recordOf(second, 'failed'), detail: 'it does not run' }];
  assert.deepEqual(
    withLastErrors(now, lastRun).map(({ detail }) => detail),
    ['why not', 'it does not run; last install: failed: why not'],
  );
  assert.equal(withLastErrors([recordOf(second, 'measures')], lastRun)[0]?.detail, '');
  assert.equal(withLastErrors([recordOf(second, 'failed')], lastRun)[0]?.detail, 'why not', 'not twice');
});

test('a file that is not ours is told from ours', () => {
  const sound = JSON.parse(formatLastRun(lastRun)) as Record<string, unknown>;
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '{}',
    JSON.stringify({ ...sound, hosts: 'x' }),
    JSON.stringify({ ...sound, options: [1] }),
    JSON.stringify({ ...sound, hosts: [{ id: 'x', name: 'y', result: 'installed' }] }),
    JSON.stringify({ ...sound, hosts: [{ id: 1, name: 'y', result: 'constructor' }] }),
  ]) {
    assert.equal(parseLastRun(text), undefined, text);
  }
});
