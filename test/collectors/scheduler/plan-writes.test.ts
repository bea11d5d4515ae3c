import assert from 'node:assert/strict';
import test from 'node:test';
import { planWrites, type Written } from '../../../collectors/scheduler/plan-writes.ts';
import { noSchedulerAttributes, type SchedulerAttributes } from '../../../lib/one/host.ts';

const known: SchedulerAttributes = {
  POWER_WATTS: '150',
  POWER_IDLE_WATTS: '100',
  CARBON_INTENSITY: '',
  POWER_RANK: '200000',
};
const unknown: SchedulerAttributes = { ...noSchedulerAttributes, POWER_RANK: '0' };
const minute = 60_000;

/** One host, whose attributes are what was written last. */
const watchHost = (found: SchedulerAttributes) => {
  let unknownSince: ReadonlyMap<number, number> = new Map();
  let stored = found;
  const written = new Map<number, Written>();
  const triedAt = new Map<number, number>();
  return (now: number, wanted: SchedulerAttributes): SchedulerAttributes => {
    const hosts = [{ id: 5, schedulerAttributes: stored }];
    const plan = planWrites({
      hosts,
      hostsReadAt: now,
      wanted: new Map([[5, wanted]]),
      written,
      triedAt,
      unknownSince,
      now,
    });
    unknownSince = plan.unknownSince;
    for (const [id, attributes] of plan.writes) {
      written.set(id, { attributes, at: now });
      triedAt.set(id, now);
      stored = attributes;
    }
    return stored;
  };
};

test('an agent that was started anew empties nothing of its host, however long the exporter has run', () => {
  const at = watchHost(noSchedulerAttributes);
  assert.deepEqual(at(0, known), known, 'the first values are written at once');
  for (const start of [100 * minute, 5000 * minute]) {
    assert.deepEqual(at(start, unknown), known);
    assert.deepEqual(at(start + minute - 1, unknown), known);
    assert.deepEqual(at(start + minute + 5, known), known);
  }
});

test('a host that has been unknown for a minute is unknown to the scheduler', () => {
  const at = watchHost(known);
  assert.deepEqual(at(0, unknown), known);
  assert.deepEqual(at(minute, unknown), unknown);
});

test('a reading in between begins the minute anew', () => {
  const at = watchHost(known);
  at(0, unknown);
  at(minute / 2, known);
  assert.deepEqual(at(minute, unknown), known);
  assert.deepEqual(at(2 * minute, unknown), unknown);
});

test('a model that is not known any more is no reading that is awaited', () => {
  const at = watchHost(known);
  const withoutModel = { ...known, POWER_IDLE_WATTS: '', POWER_RANK: '0' };
  assert.deepEqual(at(0, withoutModel), withoutModel);
});

test('a host is written once a minute at most, and what we wrote counts before it is read', () => {
  const other = { ...known, POWER_WATTS: '300' };
  const question = {
    hosts: [{ id: 5, schedulerAttributes: noSchedulerAttributes }],
    hostsReadAt: 10,
    wanted: new Map([[5, other]]),
    triedAt: new Map([[5, 10]]),
    unknownSince: new Map<number, number>(),
  };
  const written = new Map<number, Written>([[5, { attributes: known, at: 10 }]]);
  assert.deepEqual(planWrites({ ...question, written, now: minute }).writes, []);
  assert.deepEqual(planWrites({ ...question, written, now: minute + 10 }).writes, [[5, other]]);
  const same = new Map<number, Written>([[5, { attributes: other, at: 10 }]]);
  assert.deepEqual(planWrites({ ...question, written: same, now: minute + 10 }).writes, []);
});
