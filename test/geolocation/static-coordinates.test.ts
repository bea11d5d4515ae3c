import assert from 'node:assert/strict';
import test from 'node:test';
import { parse } from 'yaml';
import { parseStaticCoordinates, staticCoordinatesOf } from '../../geolocation/static-coordinates.ts';

const host = { id: 7, name: 'kvm1', clusterId: 100, cluster: 'stockholm' };

const placeOf = (yaml: string, of: Partial<typeof host> = {}): unknown => {
  const { coordinates, problems } = parseStaticCoordinates(parse(yaml));
  assert.deepEqual(problems, []);
  return staticCoordinatesOf({ ...host, ...of }, coordinates);
};

test('hosts by name or id, clusters by name or id, the most particular first', () => {
  const place = (latitude: number) => [{ latitude, longitude: 0 }];
  const all = `geolocation:
  static:
    hosts: { kvm1: "1,0", 7: "2,0" }
    clusters: { stockholm: "3,0", "100": "4,0" }
`;
  assert.deepEqual(placeOf(all), place(1));
  assert.deepEqual(placeOf(all, { name: 'kvm2' }), place(2));
  assert.deepEqual(placeOf(all, { name: 'kvm2', id: 8 }), place(3));
  assert.deepEqual(placeOf(all, { name: 'kvm2', id: 8, cluster: 'other' }), place(4));
  assert.equal(placeOf(all, { name: 'kvm2', id: 8, cluster: 'other', clusterId: -1 }), undefined);
  assert.equal(placeOf(all, { name: '__proto__', id: 8, cluster: 'toString', clusterId: -1 }), undefined);
  const two = placeOf('geolocation: {static: {hosts: {kvm1: "1,0  2,0"}}}');
  assert.deepEqual(two, [...place(1), ...place(2)]);
});

test('nothing said', () => {
  for (const yaml of [
    '',
    'power: {}',
    'geolocation:',
    'geolocation: {static: }',
    'geolocation: {static: {hosts: }}',
  ]) {
    assert.equal(placeOf(yaml), undefined, yaml);
  }
});

test('every problem is named', () => {
  const { problems } = parseStaticCoordinates(
    parse('geolocation: {static: {hosts: {a: 1, b: "91,0", c: "1,2 x"}, clusters: [1], regions: {}}}'),
  );
  assert.equal(problems.length, 5, problems.join('\n'));
  assert.match(problems.join('\n'), /hosts\.b is "91,0"/);
  assert.deepEqual(parseStaticCoordinates(parse('geolocation: {static: 5}')).problems.length, 1);
});
