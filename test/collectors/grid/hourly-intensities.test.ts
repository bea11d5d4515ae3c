/** Answers of public services of hourly CO2, and others that look like them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import {
  createHourlyIntensities,
  type HourlyIntensity,
  hourMs,
  parseIntensities,
  sourceOf,
  withLateness,
} from '../../../collectors/grid/hourly-intensities.ts';
import {
  addIntensities,
  intensitiesIn,
  keptIntensitiesForm,
  lastServiceIn,
} from '../../../collectors/grid/kept-intensities.ts';
import { repositoryPath } from '../../support/expected.ts';

const answer = (name: string): unknown =>
  JSON.parse(readFileSync(repositoryPath('test/fixtures/carbon', `${name}.json`), 'utf8'));
const intensitiesOf = (document: unknown): readonly HourlyIntensity[] => {
  const parsed = parseIntensities(document);
  assert.ok(!('problem' in parsed), JSON.stringify(parsed));
  return parsed;
};
const problemOf = (document: unknown): string => {
  const parsed = parseIntensities(document);
  return 'problem' in parsed ? parsed.problem : '';
};

const answers = {
  'electricity-maps-latest': ['Electricity Maps, hourly FR 2023-03-20T17:00:00.000Z 83'],
  'electricity-maps-history': ['Electricity Maps, hourly DK-DK2 2026-08-22T17:00:00.000Z 75'],
  'electricity-maps-past-range': ['Electricity Maps, hourly DK-DK2 2026-08-22T17:00:00.000Z 75'],
  'great-britain-intensity': [
    'Carbon Intensity API of Great Britain GB 2018-01-20T12:00:00.000Z 263',
    'Carbon Intensity API of Great Britain GB 2018-01-20T12:30:00.000Z 269',
  ],
  'rte-eco2mix-records': ['RTE eco2mix FR 2026-05-14T15:45:00.000Z 35'],
  'rte-eco2mix-export': [
    'RTE eco2mix FR 2023-10-01T00:00:00.000Z 25',
    'RTE eco2mix FR 2023-10-01T00:15:00.000Z 25',
  ],
};
for (const [name, values] of Object.entries(answers))
  test(`${name}: what is not known yet is left out`, () =>
    assert.deepEqual(
      intensitiesOf(answer(name)).map(
        ({ source, zone, at, gramsPerKwh }) =>
          `${source} ${zone} ${new Date(at).toISOString()} ${gramsPerKwh}`,
      ),
      values,
    ));

test('another document is taken for none of them', () => {
  const others = [
    ...[
      null,
      7,
      'text',
      {},
      { error: 'Invalid auth-token' },
      [{}],
      { zone: 'DE' },
      { zone: 'DE', forecast: [] },
    ],
    ...[{ results: [{ date_heure: '2026-05-14T15:45:00+00:00', consommation: 5000 }] }, { results: {} }],
    ...[{ data: 7 }, { data: [{ from: '2018-01-20T12:00Z', intensity: 263 }] }, { data: [null] }],
  ];
  for (const other of others) assert.match(problemOf(other), /^it is no answer of/, JSON.stringify(other));
  assert.deepEqual(intensitiesOf([]), []);
});

test('a value that cannot be is no value', () => {
  for (const carbonIntensity of [-1, 5000, '83', null, true])
    assert.deepEqual(intensitiesOf({ zone: 'FR', carbonIntensity, datetime: '2026-01-01T00:00Z' }), []);
});

test('a time needs its zone, as it would be another one on each machine', () => {
  const at = (datetime: unknown) => ({ zone: 'FR', carbonIntensity: 1, datetime });
  for (const [datetime, moment] of [
    ['2026-01-01T02:00+01:00', '2026-01-01T01:00:00.000Z'],
    ['2026-01-01T02:00:00.000-0530', '2026-01-01T07:30:00.000Z'],
    ['2026-01-01T02:00:00z', '2026-01-01T02:00:00.000Z'],
  ] as const)
    assert.equal(new Date(intensitiesOf(at(datetime))[0]?.at ?? 0).toISOString(), moment);
  for (const datetime of [
    ...['2026-01-01T00:00', '2026-01-01T00:00:00.000', '2026-01-01', '2026-01-01 00:00', 'yesterday', ''],
    ...['2026-13-01T00:00Z', '2026-01-01T00:00 CET', null, 1_767_225_600, undefined],
  ])
    assert.match(problemOf(at(datetime)), /^the time .* must be such as .* with its zone$/);
  assert.match(
    problemOf([
      answer('rte-eco2mix-records'),
      { results: [{ date_heure: '2026-05-14T17:45:00', taux_co2: 35 }] },
    ]),
    /^the time "2026-05-14T17:45:00" must be/,
  );
  const from = '2018-01-20T12:00';
  assert.match(problemOf({ data: [{ from, intensity: { forecast: 2, actual: 1 } }] }), /2018-01-20T12:00"/);
});

test('Electricity Maps: means of days are refused, and what plants emit is another source', () => {
  const hour = { carbonIntensity: 1, datetime: '2026-01-01T00:00Z' };
  const range = (fields: object) => ({ zone: 'FR', ...fields, data: [hour] });
  for (const temporalGranularity of ['daily', 'monthly', 'yearly'])
    assert.match(problemOf(range({ temporalGranularity })), new RegExp(temporalGranularity));
  for (const temporalGranularity of ['hourly', '15_minutes', '5_minutes', undefined])
    assert.equal(intensitiesOf(range({ temporalGranularity })).length, 1);
  const direct = intensitiesOf({ zone: 'FR', history: [{ ...hour, emissionFactorType: 'direct' }] });
  assert.deepEqual(sourceOf([...direct, ...intensitiesOf(range({ emissionFactorType: 'lifecycle' }))]), {
    several: ['Electricity Maps, hourly', 'Electricity Maps, hourly, direct emissions'],
  });
});

test('two services are seen as two', () => {
  const [one, other] = ['rte-eco2mix-records', 'great-britain-intensity'].map((name) =>
    intensitiesOf(answer(name)),
  );
  assert.equal(sourceOf(one ?? []), 'RTE eco2mix');
  assert.equal(sourceOf([]), undefined);
  assert.deepEqual(sourceOf([...(one ?? []), ...(other ?? [])]), {
    several: ['Carbon Intensity API of Great Britain', 'RTE eco2mix'],
  });
});

test('what a late service said last holds for some hours more, and not for ever', () => {
  const hourly = withLateness(
    createHourlyIntensities([{ zone: 'FR', at: 10 * hourMs, gramsPerKwh: 35, source: 's' }]),
    2,
  );
  const gramsAt = (hour: number) => hourly.at('FR', hour * hourMs)?.gramsPerKwh;
  assert.deepEqual([9, 10, 12, 13].map(gramsAt), [undefined, 35, 35, undefined]);
});

const intensity = fc.record(
  {
    zone: fc.constantFrom('FR', 'SE-SE3', '__proto__'),
    at: fc.integer({ min: 0, max: 4 }).map((hour) => hour * hourMs),
    gramsPerKwh: fc.integer({ min: 0, max: 3 }),
    source: fc.constantFrom('one', 'two'),
  },
  { noNullPrototype: true },
);
test('what is kept is what was said last of each moment, however often it is said and whatever is read again', () =>
  fc.assert(
    fc.property(fc.array(fc.array(intensity)), (answers) => {
      let kept = keptIntensitiesForm.initial;
      for (const given of answers) {
        kept = addIntensities(kept, given);
        // Twice the same moment in one answer may change back and forth.
        const last = [...new Map(given.map((one) => [`${one.source} ${one.zone} ${one.at}`, one])).values()];
        assert.deepEqual(intensitiesIn(addIntensities(kept, last)), intensitiesIn(kept));
        const text = keptIntensitiesForm.format(kept);
        assert.deepEqual(keptIntensitiesForm.parse(text), kept);
      }
      const truth = new Map(answers.flat().map((one) => [`${one.source} ${one.zone} ${one.at}`, one]));
      assert.deepEqual(new Set(intensitiesIn(kept)), new Set(truth.values()));
      const last = answers.flat().at(-1)?.source;
      assert.ok(lastServiceIn(kept).every(({ source }) => source === last));
    }),
  ));

test('a file that was not written so is not understood', () => {
  for (const text of ['', '{}', '{"version":2}', '{"version":1,"source":null}', '[]']) {
    assert.equal(keptIntensitiesForm.parse(text), undefined, text);
  }
  const damaged = '{"version":1,"source":"s","sources":[["s",[["FR",[[1,-7]]]]]]}';
  assert.equal(keptIntensitiesForm.parse(damaged), undefined);
});
