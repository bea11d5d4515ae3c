/** Answers of public services of hourly CO2, as they were recorded, and others that look like them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import {
  createHourlyIntensities,
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

const recorded = (name: string): unknown =>
  JSON.parse(readFileSync(repositoryPath('test/fixtures/carbon', `${name}.json`), 'utf8'));

const recordings = {
  'electricity-maps-latest': ['Electricity Maps, hourly FR 2023-03-20T17:00:00.000Z 83'],
  'electricity-maps-history': ['Electricity Maps, hourly DK-DK2 2026-08-22T17:00:00.000Z 75'],
  'electricity-maps-past-range': ['Electricity Maps, hourly DK-DK2 2026-08-22T17:00:00.000Z 75'],
  'great-britain-intensity': [
    'Carbon Intensity API of Great Britain GB 2018-01-20T12:00:00.000Z 263',
    'Carbon Intensity API of Great Britain GB 2018-01-20T12:30:00.000Z 269',
  ],
  'rte-eco2mix-records': ['RTE eco2mix FR 2026-05-14T15:45:00.000Z 35'],
};
for (const [name, values] of Object.entries(recordings))
  test(`${name} as it was recorded; what is not known yet is left out`, () =>
    assert.deepEqual(
      parseIntensities(recorded(name))?.map(
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
  for (const other of others) assert.equal(parseIntensities(other), undefined, JSON.stringify(other));
});

test('a value that cannot be is no value', () => {
  for (const carbonIntensity of [-1, 5000, '83', null, true])
    assert.deepEqual(parseIntensities({ zone: 'FR', carbonIntensity, datetime: '2026-01-01T00:00Z' }), []);
  assert.deepEqual(parseIntensities({ zone: 'FR', carbonIntensity: 1, datetime: 'yesterday' }), []);
});

test('two services are seen as two', () => {
  const [one, other] = ['rte-eco2mix-records', 'great-britain-intensity'].map(
    (name) => parseIntensities(recorded(name)) ?? [],
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
      for (const answer of answers) {
        kept = addIntensities(kept, answer);
        // Twice the same moment in one answer may change back and forth.
        const last = [...new Map(answer.map((one) => [`${one.source} ${one.zone} ${one.at}`, one])).values()];
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
