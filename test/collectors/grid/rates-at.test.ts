/** What a kilowatt-hour stands for: the operator's rules, hourly intensities, means of years. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createHourlyIntensities, parseIntensities } from '../../../collectors/grid/hourly-intensities.ts';
import { createRatesAt } from '../../../collectors/grid/rates-at.ts';
import { noTariffs, parseTariffs } from '../../../collectors/grid/tariffs.ts';

const place = (gridZone: string, changes = {}) => ({
  hostId: 7,
  name: 'kvm7',
  cluster: 'lab',
  gridZone,
  ...changes,
});
const noon = new Date(2026, 10, 28, 12).getTime();
const night = new Date(2026, 10, 28, 3).getTime();

const ratesOf = (energy: unknown) => {
  const { tariffs, problems } = parseTariffs({ energy });
  assert.deepEqual(problems, []);
  return createRatesAt(tariffs, undefined);
};

test('the mean of the year, or of the last year that is known', () => {
  const ratesAt = createRatesAt(noTariffs, undefined);
  const factorOf = (zone: string, year: number) => ratesAt(place(zone), new Date(year, 5).getTime()).factor;
  assert.deepEqual(factorOf('DE', 2024)?.origin.year, '2024');
  assert.deepEqual(factorOf('DE', 2031)?.origin.year, '2025');
  assert.equal(factorOf('DE', 2019), undefined, 'older than what is known');
  assert.equal(factorOf('LI', 2025)?.origin.zone, 'CH for LI');
  assert.equal(factorOf('ZZ', 2025), undefined);
  assert.equal(factorOf('', 2025), undefined);
  assert.equal(factorOf('constructor', 2025), undefined);
});

test('the most particular rule that holds at the time counts', () => {
  const ratesAt = ratesOf({
    co2: [
      { grams_per_kwh: 400 },
      { zone: 'de', grams_per_kwh: 300, from: '2026-01-01', to: '2027-01-01', source: 'supplier' },
      { cluster: 'lab', grams_per_kwh: 0, from: '2026-11-29' },
    ],
    prices: [
      { per_kwh: 0.24, currency: 'EUR' },
      { per_kwh: 0.1, currency: 'EUR', hours: '22-6' },
      { host: 7, per_kwh: 0.5, currency: 'SEK', from: '2026-12-01' },
    ],
  });
  const zone = ratesAt(place('DE'), noon);
  assert.deepEqual(
    [zone.factor?.gramsPerKwh, zone.factor?.origin, zone.price],
    [300, { zone: 'DE', year: '2026', source: 'supplier' }, { perKwh: 0.24, currency: 'EUR' }],
  );
  assert.equal(ratesAt(place('FR'), noon).factor?.gramsPerKwh, 400);
  assert.equal(ratesAt(place('DE'), night).price?.perKwh, 0.1);
  const december = ratesAt(place('DE'), new Date(2026, 11, 2, 23).getTime());
  assert.deepEqual([december.factor?.gramsPerKwh, december.price?.currency], [0, 'SEK']);
});

test('all that is wrong is told at once', () => {
  const { problems } = parseTariffs({
    energy: {
      co2: [{ zone: 'DE', grams_per_kwh: -1 }, 7, { grams: 3, grams_per_kwh: 1, from: '2026-02-30' }],
      prices: { per_kwh: 1 },
    },
  });
  assert.equal(problems.length, 5, problems.join('\n'));
  const more = parseTariffs({
    energy: {
      prices: [
        { per_kwh: '1', currency: 'Euro' },
        { per_kwh: 1, currency: 'EUR', hours: '25-3', host: 'a', cluster: 'b' },
      ],
    },
  });
  assert.equal(more.problems.length, 4, more.problems.join('\n'));
});

test('hourly intensities take the place of the means of years', () => {
  const at = '2026-11-28T12:00:00.000Z';
  const parsed = parseIntensities([
    { zone: 'DE', carbonIntensity: 384, datetime: at, updatedAt: at, isEstimated: true },
    { zone: 'DE', history: [{ zone: 'DE', carbonIntensity: 200, datetime: '2026-11-28T13:00:00.000Z' }] },
    {
      total_count: 3,
      results: [
        { date_heure: '2026-11-28T12:00:00+00:00', taux_co2: 20 },
        { date_heure: '2026-11-28T12:15:00+00:00', taux_co2: 30 },
        { date_heure: '2026-11-28T12:30:00+00:00', taux_co2: null },
      ],
    },
  ]);
  assert.ok(!('problem' in parsed));
  const ratesAt = createRatesAt(noTariffs, createHourlyIntensities(parsed));
  const gramsAt = (zone: string, hour: number) =>
    ratesAt(place(zone), Date.parse(at) + hour * 3_600_000).factor?.gramsPerKwh;
  assert.deepEqual([gramsAt('DE', 0), gramsAt('DE', 1), gramsAt('FR', 0)], [384, 200, 25]);
  assert.deepEqual([gramsAt('DE', 2), gramsAt('SE', 0)], [undefined, undefined], 'unknown stays unknown');
});
