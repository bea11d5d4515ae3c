/** Grid zones of hosts, also while OpenNebula does not answer for clusters. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createGridZoneReader } from '../../../collectors/io/read-grid-zones.ts';
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import { madeHost } from '../../support/made-accounts.ts';

const berlin = '52.52,13.40';
const hosts = [
  madeHost(0, { cluster: 'north', grid: { gridZone: undefined, geolocation: berlin } }),
  madeHost(1, { cluster: 'north', grid: { gridZone: 'PL', geolocation: berlin } }),
  madeHost(2, { cluster: 'south', grid: { gridZone: undefined, geolocation: berlin } }),
];
const pool =
  '<CLUSTER_POOL><CLUSTER><ID>0</ID><NAME>north</NAME><TEMPLATE><GRID_ZONE>SE-SE3</GRID_ZONE></TEMPLATE></CLUSTER></CLUSTER_POOL>';

test('while clusters could never be read, the place of a host does not stand in for the zone of its cluster', async () => {
  const told: (string | undefined)[] = [];
  let answer: string | undefined;
  let at = 0;
  const client: XmlRpcClient = {
    call: async (_method, _parameters, options) => {
      if (answer === undefined) throw new Error('no answer');
      options?.onPayload?.(Buffer.from(answer));
      return true;
    },
  };
  const read = createGridZoneReader({
    client,
    now: () => at,
    readCountries: async (places) => new Map(places.map((place) => [place, 'DE'])),
    onChange: (failure) => told.push(failure),
  });
  assert.deepEqual(await read(hosts), new Map([[1, 'PL']]));
  answer = pool;
  const known = new Map([
    [0, 'SE-SE3'],
    [1, 'PL'],
    [2, 'DE'],
  ]);
  assert.deepEqual(await read(hosts), known, 'it is asked again at once');
  answer = undefined;
  at += 600_000;
  assert.deepEqual(await read(hosts), known);
  assert.deepEqual(told, ['no answer', undefined, 'no answer']);
});
