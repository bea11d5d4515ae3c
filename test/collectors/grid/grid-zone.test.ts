/** From which electricity grid a host draws. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { countryOf } from '../../../collectors/grid/countries.ts';
import { namedZoneOf } from '../../../collectors/grid/grid-zone.ts';

const at = (geolocation: string | undefined, gridZone?: string, clusterZone?: string) =>
  namedZoneOf({ gridZone, geolocation }, clusterZone) ?? countryOf(geolocation ?? '');

test('the host says it, then its cluster, then where it stands', () => {
  assert.equal(at('59.3294,18.0687', 'se-se3', 'DE'), 'SE-SE3');
  assert.equal(at('59.3294,18.0687', undefined, 'DE'), 'DE');
  assert.equal(at('59.3294,18.0687', ' ', undefined), 'SE');
  assert.equal(at('22.3193,114.1694'), 'HK', 'a territory before its country');
});

test('what is no place, or lies in two countries, has no zone', () => {
  for (const geolocation of ['', 'Stockholm', '0,0', '91,0', '59.3,18.0 48.8,2.3', '1e3,2'])
    assert.equal(at(geolocation), undefined, geolocation);
  assert.equal(at('48.85,2.35 43.3,5.4'), 'FR', 'two places in one country');
  assert.equal(at(undefined, 'not a zone'), undefined);
});
