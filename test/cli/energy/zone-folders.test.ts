import assert from 'node:assert/strict';
import test from 'node:test';
import { zoneOption, zoneProblems } from '../../../cli/energy/zone-folders.ts';

test('a zone has a name and a folder, which may contain what names contain', () => {
  assert.deepEqual(zoneOption.parse('paris=/srv/a=b'), { value: { zone: 'paris', folder: '/srv/a=b' } });
  assert.deepEqual(zoneOption.parse(' Köln Süd =x'), { value: { zone: 'Köln Süd', folder: 'x' } });
  for (const text of ['', 'paris', '=', 'paris=', '=/srv', '  =/srv'])
    assert.ok('mustBe' in zoneOption.parse(text), text);
});

test('all that is wrong with zones is said at once', () => {
  const zones = [
    { zone: 'a', folder: '/x' },
    { zone: 'a', folder: '/y/' },
    { zone: 'b', folder: '/y' },
  ];
  assert.deepEqual(zoneProblems(zones), [
    '--zone names the zone "a" more than once',
    '--zone gives the folder /y to more than one zone',
  ]);
  assert.deepEqual(zoneProblems(zones.slice(1, 2)), []);
});
