import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { lookupCoordinates } from '../../../geolocation/io/lookup-coordinates.ts';
import { makeMmdb } from '../../support/mmdb.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const nested = (latitude: number, longitude: number) => ({
  city: { names: { en: 'x' } },
  location: { latitude, longitude },
});
const stockholm = { latitude: 59.3294, longitude: 18.0687 };
const madrid = { latitude: 40.4168, longitude: -3.7038 };

test('both schemas, both kinds of files, the first that knows an address', async (t) => {
  const folder = temporaryFolder(t);
  const [v4, v6, flat] = ['v4.mmdb', 'v6.mmdb', 'flat.mmdb'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(v4, makeMmdb(4, { '81.2.69.0/24': nested(59.3294, 18.0687), '8.0.0.0/8': { country: 'x' } }));
  writeFileSync(v6, makeMmdb(6, { '2a02:1::/32': nested(40.4168, -3.7038), '8.8.8.0/24': nested(1, 2) }));
  writeFileSync(
    flat,
    makeMmdb(6, { '2a02:2::/32': { latitude: { float: 59.3294 }, longitude: { float: 18.0687 } } }),
  );
  const find = async (address: string, ...files: readonly string[]) =>
    (await lookupCoordinates([address], files)).places[0];

  assert.deepEqual(await find('81.2.69.160', v4), stockholm);
  assert.deepEqual(await find('2a02:1::5', v6), madrid);
  assert.deepEqual(await find('8.8.8.8', v6), { latitude: 1, longitude: 2 });
  assert.deepEqual(await find('2a02:2::5', flat), stockholm);
  assert.equal(await find('9.9.9.9', v4, v6, flat), undefined);
  assert.equal(await find('8.8.8.8', v4), undefined, 'a record without coordinates');
  assert.deepEqual(await find('8.8.8.8', v4, v6), { latitude: 1, longitude: 2 });
  // 5102:45a0:: begins with the bits of 81.2.69.160.
  assert.equal(await find('5102:45a0::1', v4), undefined, 'IPv6 in a file for IPv4 is no answer');
});

test('a file that is missing is told; one that is broken is an error', async (t) => {
  const folder = temporaryFolder(t);
  const missing = path.join(folder, 'none.mmdb');
  assert.deepEqual(await lookupCoordinates(['8.8.8.8'], [missing]), {
    places: [undefined],
    missing: [missing],
  });
  const whole = makeMmdb(4, { '8.8.8.0/24': nested(1, 2) });
  const file = path.join(folder, 'city.mmdb');
  const broken = [
    Buffer.alloc(0),
    Buffer.from('<html>'),
    ...[0.2, 0.5, 0.9].map((part) => whole.subarray(0, whole.length * part)),
  ];
  for (const bytes of broken) {
    writeFileSync(file, bytes);
    await assert.rejects(
      lookupCoordinates(['8.8.8.8'], [file]),
      { code: 'GEOLOCATION_DATABASE' },
      `${bytes.length} bytes`,
    );
  }
  await assert.rejects(lookupCoordinates(['8.8.8.8'], [folder]), { code: 'GEOLOCATION_DATABASE' });
});
