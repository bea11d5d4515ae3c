/** What holds for all collectors, and the documents that recordings do not show. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { addressRangeCollector } from '../../collectors/address-ranges.ts';
import { backupRestoreCollector } from '../../collectors/backup-restore.ts';
import type { Collector, Documents } from '../../collectors/collector.ts';
import { collectors } from '../../collectors/collectors.ts';
import { haCollector } from '../../collectors/ha.ts';
import { scrapeFamilies } from '../../collectors/scrape-state.ts';
import { parseActiveStates, serverCollector } from '../../collectors/server.ts';
import { parseVirtualNetwork, virtualNetworkShape } from '../../lib/one/virtual-network.ts';
import { encodeFamilies } from '../../lib/prometheus/exposition.ts';
import { defaultSettings, emptyDocuments } from '../support/documents.ts';
import { repositoryPath } from '../support/expected.ts';
import { readObjects } from '../support/recordings.ts';
import { familyOf, readSamples } from '../support/samples.ts';

const fixture = (name: string): Buffer => readFileSync(repositoryPath('test/fixtures/opennebula', name));
const pageOf = (collector: Collector, documents: Partial<Documents>): string =>
  encodeFamilies(
    collector.collect({ ...emptyDocuments, ...documents }, defaultSettings),
    'prometheus',
  ).toString();

/** Names that the stock exporter has: numbers of objects, which fall too. */
const isOld = (name: string): boolean => /^opennebula_(?:host|vm|datastore)_total$/.test(name);

test('families: one collector each; what ends in _total is a counter', () => {
  const families = [...collectors.flatMap(({ families }) => families), ...scrapeFamilies];
  assert.equal(new Set(families.map(({ name }) => name)).size, families.length);
  for (const { name, type, help } of families) {
    assert.equal(type, name.endsWith('_total') && !isOld(name) ? 'counter' : 'gauge', name);
    assert.doesNotMatch(help, /["\\\n]/, name);
  }
});

test('every collector serves exactly the families that it names', () => {
  for (const collector of collectors) {
    const served = collector.collect(emptyDocuments, defaultSettings).map(({ family }) => family);
    assert.deepEqual(
      served.map(({ name }) => name).sort(),
      collector.families.map(({ name }) => name).sort(),
      collector.name,
    );
  }
});

test('C5: an IPv6 range of 2^64-1 addresses has a ratio of free leases', () => {
  const range = (id: string, size: string, used: string) =>
    `<AR><AR_ID>${id}</AR_ID><SIZE>${size}</SIZE><USED_LEASES>${used}</USED_LEASES></AR>`;
  const ranges = [
    range('0', '18446744073709551615', '3'),
    range('1', '18446744073709551615', '9223372036854775808'),
    range('2', '9007199254740993', '9007199254740993'),
    range('3', '-18446744073709551615', '0'),
  ];
  const document = `<VNET_POOL><VNET><ID>4</ID><NAME>n</NAME><AR_POOL>${ranges.join('')}</AR_POOL></VNET></VNET_POOL>`;
  const networks = readObjects(Buffer.from(document), 'VNET', virtualNetworkShape, parseVirtualNetwork);
  assert.deepEqual([...readSamples(pageOf(addressRangeCollector, { networks })).values()], [1, 0.5, 0]);
});

test('free leases are rounded as the stock exporter rounds them', () => {
  const networks = readObjects(
    fixture('vnpool-rounding.xml'),
    'VNET',
    virtualNetworkShape,
    parseVirtualNetwork,
  );
  // The ranges from 38 on have sizes such as `10abc`, which the stock exporter's language takes for 10.
  const ofNetwork1 = ([series]: readonly [string, number]): boolean =>
    /ar_id="(?:\d|[12]\d|3[0-7])",vnet_id="1"/.test(series);
  const ours = [...readSamples(pageOf(addressRangeCollector, { networks }))].filter(ofNetwork1);
  const stock = [...readSamples(fixture('stock-collectors-on-vnpool-rounding.prom').toString())].filter(
    ofNetwork1,
  );
  assert.deepEqual(Object.fromEntries(ours), Object.fromEntries(stock));
  assert.equal(stock.length, 34);
});

test('the backup state, with its differences from the stock exporter', () => {
  const backupState: unknown = JSON.parse(fixture('backup-state.json').toString());
  const ours = readSamples(pageOf(backupRestoreCollector, { backupState }));
  const stock = readSamples(fixture('stock-collectors-on-backup-state.prom').toString());
  const different = [...stock]
    .filter(([series, value]) => ours.get(series) !== value)
    .map(([series]) => series);
  // A status or time that is no number is unknown, not 0; a VM id that is none names no VM; a name that is a
  // list or an object is no name; digits are decimal.
  for (const series of different) {
    assert.match(series, /one_vm_id="(?:14|15|17|0|34|36|37|99999999999999999999|40|41)"/);
  }
  assert.ok(stock.size - different.length > 30);
  assert.equal(pageOf(backupRestoreCollector, { backupState: 'nonsense' }).includes('{'), false);
});

test('high availability: a member without an answer is an error, as is a candidate', () => {
  const statusOf = (serverId: number, state: number) => ({ serverId, state, term: 7 });
  const members = [3, 2, undefined, 1].map((state, id) => ({
    id,
    name: `one-${id}`,
    endpoint: '',
    status: state === undefined ? undefined : statusOf(id, state),
  }));
  const ha = { fqdn: 'one-a', own: statusOf(0, 3), zones: [members] };
  const page = pageOf(haCollector, { ha });
  assert.deepEqual(Object.fromEntries(readSamples(page)), {
    'opennebula_ha_is_leader{one_server_fqdn="one-a"}': 1,
    'opennebula_ha_error_members{one_server_fqdn="one-a"}': 2,
    'opennebula_ha_members{one_server_fqdn="one-a"}': 4,
  });
  const follower = pageOf(haCollector, { ha: { ...ha, own: undefined } });
  assert.deepEqual(familyOf(follower, 'opennebula_ha_is_leader'), { '{one_server_fqdn="one-a"}': 0 });
});

test('services: what systemd did not tell is unknown', () => {
  const activeStates = parseActiveStates(
    'Id=opennebula.service\nActiveState=active\n\nActiveState=failed\nId=opennebula-flow.service\n',
  );
  const page = pageOf(serverCollector, { servers: { fqdn: 'f', activeStates } });
  assert.deepEqual(Object.fromEntries(readSamples(page)), {
    'opennebula_oned_state{one_server_fqdn="f"}': 1,
    'opennebula_flow_state{one_server_fqdn="f"}': 0,
  });
});

test('odd names are escaped, and a series stands once', () => {
  const networks = [
    {
      id: 1,
      name: 'a"b\\c\nd',
      addressRanges: [
        { id: '0', size: 10, usedLeases: 0 },
        { id: '0', size: 10, usedLeases: 5 },
      ],
    },
  ];
  const page = pageOf(addressRangeCollector, { networks });
  assert.ok(page.endsWith('{vnet_id="1",vnet_name="a\\"b\\\\c\\nd",ar_id="0"} 0.5\n'));
  assert.equal(readSamples(page).size, 1);
});
