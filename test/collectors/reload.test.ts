/** What of a configuration that is read again is in force at once. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { noTariffs, parseTariffs, type Tariffs } from '../../collectors/grid/tariffs.ts';
import { planReload } from '../../collectors/reload.ts';
import { defaultSettings } from '../support/documents.ts';

const tariffsOf = (energy: object): Tariffs => parseTariffs({ energy }).tariffs;
const plan = (changes: object, tariffs = noTariffs) =>
  planReload(
    { options: defaultSettings, tariffs: noTariffs },
    { options: { ...defaultSettings, ...changes }, tariffs },
  );

test('what is opened once keeps its value, the rest changes', () => {
  const { options, changed, waiting } = plan({
    'collector.energy': !defaultSettings['collector.energy'],
    'energy.directory': '/srv/b',
    'energy.interval': 300_000,
    'log.level': 'debug',
  });
  assert.deepEqual(options, { ...defaultSettings, 'log.level': 'debug' });
  assert.deepEqual(changed, ['log.level']);
  assert.deepEqual([...waiting].sort(), ['collector.energy', 'energy.directory', 'energy.interval']);
});

test('factors and prices are named as they stand in the file', () => {
  assert.deepEqual(plan({}).changed, []);
  const priced = tariffsOf({ prices: [{ currency: 'EUR', per_kwh: 0.3 }] });
  assert.equal(priced.prices.length, 1);
  assert.deepEqual(plan({}, priced).changed, ['energy.prices']);
  assert.deepEqual(
    plan({}, { ...noTariffs, factors: tariffsOf({ co2: [{ grams_per_kwh: 300 }] }).factors }).changed,
    ['energy.co2'],
  );
});

test('an option that is not given any more has changed', () => {
  const before = { options: { ...defaultSettings, 'energy.pue': 1.35 }, tariffs: noTariffs };
  const { changed, options } = planReload(before, { options: defaultSettings, tariffs: noTariffs });
  assert.deepEqual([changed, options], [['energy.pue'], defaultSettings]);
});
