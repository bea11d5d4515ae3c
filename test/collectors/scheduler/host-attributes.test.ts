import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { PowerReading } from '../../../collectors/agents/agent.ts';
import type { Documents } from '../../../collectors/collector.ts';
import {
  awaitsReading,
  formatHostTemplate,
  isWorthWriting,
  wantedAttributes,
} from '../../../collectors/scheduler/host-attributes.ts';
import type { PowerRank } from '../../../collectors/scheduler-options.ts';
import {
  type Host,
  hostState,
  noSchedulerAttributes,
  type SchedulerAttributes,
} from '../../../lib/one/host.ts';
import { microwatts } from '../../../lib/units/units.ts';
import { madeHost } from '../../support/made-accounts.ts';

interface Known {
  readonly watts?: number;
  readonly idleWatts?: number;
  readonly wattsPerCpu?: number;
  readonly grams?: number;
}

const attributesOf = ({ watts, idleWatts, wattsPerCpu, grams }: Known, rank: PowerRank = 'watts') => {
  const host: Host = madeHost(5);
  const reading: PowerReading = {
    method: undefined,
    hostPower: watts === undefined ? undefined : microwatts(watts * 1e6),
    domains: undefined,
    isDoubtful: false,
  };
  const agents: Documents['agents'] = new Map([
    [5, [{ agent: 'onepower', verdict: { sound: true, version: '1', reading } }]],
  ]);
  const model =
    idleWatts === undefined || wattsPerCpu === undefined
      ? []
      : ([[5, { idleWatts, wattsPerCpu, errorRatio: 0.01 }]] as const);
  const documents = { hosts: [host], agents, hostModels: new Map(model) };
  const intensities = new Map(grams === undefined ? [] : [[5, grams] as const]);
  return wantedAttributes(documents, intensities, rank).get(5);
};

test('a known host has a positive rank, an unknown one 0, and what is not known is empty', () => {
  assert.deepEqual(attributesOf({ watts: 151.26, idleWatts: 100, wattsPerCpu: 5, grams: 300 }), {
    POWER_WATTS: '151.3',
    POWER_IDLE_WATTS: '100',
    CARBON_INTENSITY: '300',
    POWER_RANK: '200000',
  });
  assert.deepEqual(attributesOf({ watts: 151.26 }), {
    ...noSchedulerAttributes,
    POWER_WATTS: '151.3',
    POWER_RANK: '0',
  });
  assert.deepEqual(attributesOf({ idleWatts: 100, wattsPerCpu: 5 }), {
    ...noSchedulerAttributes,
    POWER_RANK: '0',
  });
  assert.equal(attributesOf({ watts: 1, idleWatts: 1, wattsPerCpu: 5 }, 'carbon')?.POWER_RANK, '0');
  assert.equal(
    attributesOf({ watts: 1, idleWatts: 1, wattsPerCpu: 5, grams: 300 }, 'carbon')?.POWER_RANK,
    '666667',
  );
  assert.equal(
    formatHostTemplate({ ...noSchedulerAttributes, POWER_WATTS: '151.3', POWER_RANK: '0' }),
    'POWER_WATTS="151.3"\nPOWER_IDLE_WATTS=""\nCARBON_INTENSITY=""\nPOWER_RANK="0"\n',
  );
});

test('law: fewer watts, or grams, for one more busy CPU never rank lower; ranks are positive 32-bit integers', () => {
  const cost = fc.double({ min: 0, max: 1e4, noNaN: true });
  fc.assert(
    fc.property(cost, cost, cost, fc.constantFrom<PowerRank>('watts', 'carbon'), (a, b, grams, rank) => {
      const [of, ofOther] = [a, b].map((wattsPerCpu) =>
        Number(attributesOf({ watts: 10, idleWatts: 5, wattsPerCpu, grams }, rank)?.POWER_RANK),
      );
      if (of === undefined || ofOther === undefined) return assert.fail();
      for (const one of [of, ofOther]) assert.ok(Number.isInteger(one) && one > 0 && one < 2 ** 31);
      assert.ok(a <= b ? of >= ofOther : of <= ofOther);
    }),
  );
});

test('a write is worth it from 5 % and 5 W on, and where something becomes known or unknown', () => {
  const base: SchedulerAttributes = {
    POWER_WATTS: '200',
    POWER_IDLE_WATTS: '60',
    CARBON_INTENSITY: '300',
    POWER_RANK: '200000',
  };
  const worth = (change: Partial<SchedulerAttributes>): boolean =>
    isWorthWriting(base, { ...base, ...change });
  assert.equal(worth({}), false);
  assert.equal(worth({ POWER_WATTS: '210' }), false);
  assert.equal(worth({ POWER_WATTS: '211' }), true);
  assert.equal(worth({ POWER_WATTS: '189' }), true);
  assert.equal(worth({ POWER_IDLE_WATTS: '64' }), false, '7 %, but 4 W');
  assert.equal(worth({ CARBON_INTENSITY: '314' }), false);
  assert.equal(worth({ CARBON_INTENSITY: '320' }), true);
  assert.equal(worth({ POWER_RANK: '0' }), true);
  assert.equal(isWorthWriting({ ...base, POWER_RANK: '0' }, base), true);
  const idle = { ...base, POWER_WATTS: '0', POWER_IDLE_WATTS: '3', CARBON_INTENSITY: '0' };
  assert.equal(
    isWorthWriting(idle, { ...idle, POWER_WATTS: '3', POWER_IDLE_WATTS: '0' }),
    false,
    '0 W is known',
  );
  assert.equal(isWorthWriting(idle, { ...idle, POWER_WATTS: '6' }), true);
  assert.equal(isWorthWriting(idle, { ...idle, CARBON_INTENSITY: '20' }), true);
  assert.equal(worth({ POWER_WATTS: '' }), true);
  assert.equal(isWorthWriting({ ...base, POWER_WATTS: 'x' }, base), true, 'what somebody else has written');
  assert.equal(isWorthWriting(noSchedulerAttributes, { ...noSchedulerAttributes, POWER_RANK: '0' }), true);
});

test('a host that is offline loses what was known of it, once', () => {
  const known = { ...noSchedulerAttributes, POWER_WATTS: '180.3', POWER_RANK: '310559' };
  const wantedOf = (change: Partial<Host>) => {
    const host: Host = { ...madeHost(5), state: hostState.offline, ...change };
    return wantedAttributes(
      { hosts: [host], agents: new Map(), hostModels: new Map() },
      new Map(),
      'watts',
    ).get(5);
  };
  const emptied = { ...noSchedulerAttributes, POWER_RANK: '0' };
  assert.deepEqual(wantedOf({ schedulerAttributes: known }), emptied);
  assert.equal(wantedOf({ schedulerAttributes: emptied }), undefined);
  assert.equal(wantedOf({ schedulerAttributes: noSchedulerAttributes }), undefined);
  const foreign = { hypervisor: 'lxc', vmDriver: 'lxc', schedulerAttributes: known };
  assert.equal(wantedOf(foreign), undefined, 'what we do not measure is not ours');
});

test('after a start the first reading of an agent that counts empties nothing, and carbon is written all the same', () => {
  const nothing = attributesOf({}) ?? noSchedulerAttributes;
  const known =
    attributesOf({ watts: 150, idleWatts: 100, wattsPerCpu: 5, grams: 300 }) ?? noSchedulerAttributes;
  const carbon = attributesOf({ grams: 300 }) ?? noSchedulerAttributes;
  assert.equal(awaitsReading(noSchedulerAttributes, nothing), true);
  assert.equal(awaitsReading(known, nothing), true);
  assert.equal(awaitsReading(known, carbon), true);
  assert.equal(awaitsReading(noSchedulerAttributes, carbon), false);
  for (const found of [noSchedulerAttributes, known, carbon])
    assert.equal(awaitsReading(found, known), false);
});
