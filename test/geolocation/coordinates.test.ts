import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  type Coordinates,
  coordinatesOfRecord,
  formatGeolocation,
  parseCoordinates,
} from '../../geolocation/coordinates.ts';

const stockholm: Coordinates = { latitude: 59.3294, longitude: 18.0687 };

test('records: nested as in GeoLite2, GeoIP2 and DB-IP, or flat', () => {
  const { latitude, longitude } = stockholm;
  assert.deepEqual(
    coordinatesOfRecord({ location: { latitude, longitude, time_zone: 'x' }, city: {} }),
    stockholm,
  );
  assert.deepEqual(coordinatesOfRecord({ city: 'Stockholm', latitude, longitude }), stockholm);
  const inFourBytes = { latitude: Math.fround(latitude), longitude: Math.fround(longitude) };
  assert.deepEqual(coordinatesOfRecord(inFourBytes), stockholm);
  assert.deepEqual(coordinatesOfRecord({ latitude: -0.00001, longitude: 1 }), { latitude: 0, longitude: 1 });
});

test('records without coordinates, or with some that are not on Earth', () => {
  for (const record of [
    undefined,
    null,
    'x',
    {},
    { country: { iso_code: 'SE' } },
    { location: null },
    { location: { latitude: 1 } },
    { latitude: 91, longitude: 0 },
    { latitude: 0, longitude: -181 },
    { latitude: Number.NaN, longitude: 0 },
    { latitude: 0, longitude: Number.POSITIVE_INFINITY },
    { latitude: '1', longitude: '2' },
    { location: { latitude: 0, longitude: 0 } },
  ]) {
    assert.equal(coordinatesOfRecord(record), undefined, JSON.stringify(record));
  }
});

test('text', () => {
  assert.deepEqual(parseCoordinates('59.3294,18.0687'), stockholm);
  assert.deepEqual(parseCoordinates('-33.8,+151.2'), { latitude: -33.8, longitude: 151.2 });
  for (const text of [
    '',
    '59.3',
    '59.3, 18.0',
    '91,0',
    '0,181',
    'a,b',
    '1,2,3',
    '1e3,0',
    '59.3;18.0',
    '"1",2',
  ]) {
    assert.equal(parseCoordinates(text), undefined, text);
  }
});

test('GEOLOCATION holds each place once, in order, and can be read again', () => {
  const madrid: Coordinates = { latitude: 40.4168, longitude: -3.7038 };
  assert.equal(formatGeolocation([stockholm, madrid, stockholm]), '59.3294,18.0687 40.4168,-3.7038');
  assert.equal(formatGeolocation([]), '');
  const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
  fc.assert(
    fc.property(degrees(90), degrees(180), (latitude, longitude) => {
      const place = coordinatesOfRecord({ latitude, longitude });
      fc.pre(place !== undefined);
      const text = formatGeolocation([place]);
      assert.deepEqual(parseCoordinates(text), place);
      assert.match(text, /^[-\d.,]+$/);
    }),
  );
});
