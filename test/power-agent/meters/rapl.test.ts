import assert from 'node:assert/strict';
import test from 'node:test';
import { raplZones } from '../../../power-agent/meters/rapl.ts';

const zonesOf = (folders: Readonly<Record<string, string | undefined>>) =>
  raplZones(Object.entries(folders).map(([folder, name]) => ({ folder, name }))).map(
    ({ folder, zone, kind }) => `${folder} ${zone} ${kind}`,
  );

test('all sockets, and their parts by the name of the socket', () => {
  assert.deepEqual(
    zonesOf({
      'intel-rapl': 'control type',
      'intel-rapl:0': 'package-0',
      'intel-rapl:0:0': 'core',
      'intel-rapl:0:1': 'dram',
      'intel-rapl:1': 'package-1',
      'intel-rapl:1:0': 'dram',
      'intel-rapl:2': 'psys',
    }),
    [
      'intel-rapl:0 package-0 package',
      'intel-rapl:0:0 package-0-core other',
      'intel-rapl:0:1 package-0-dram dram',
      'intel-rapl:1 package-1 package',
      'intel-rapl:1:0 package-1-dram dram',
      'intel-rapl:2 psys psys',
    ],
  );
});

test('the double that intel-rapl-mmio shows is dropped, wherever it is listed', () => {
  assert.deepEqual(zonesOf({ 'intel-rapl-mmio:0': 'package-0', 'intel-rapl:0': 'package-0' }), [
    'intel-rapl:0 package-0 package',
  ]);
  assert.deepEqual(zonesOf({ 'intel-rapl-mmio:0': 'package-0' }), ['intel-rapl-mmio:0 package-0 package']);
});

test('dies of one socket are packages each', () => {
  assert.deepEqual(zonesOf({ 'intel-rapl:0': 'package-0-die-0', 'intel-rapl:1': 'package-0-die-1' }), [
    'intel-rapl:0 package-0-die-0 package',
    'intel-rapl:1 package-0-die-1 package',
  ]);
});

test('a zone whose name cannot be read may be a package', () => {
  assert.deepEqual(
    zonesOf({ 'intel-rapl:0': 'package-0', 'intel-rapl:0:0': undefined, 'intel-rapl:1': undefined }),
    [
      'intel-rapl:0 package-0 package',
      'intel-rapl:0:0 package-0-intel-rapl:0:0 other',
      'intel-rapl:1 intel-rapl:1 package',
    ],
  );
});

test('other kinds of powercap are no RAPL', () => {
  assert.deepEqual(zonesOf({ 'dtpm:0': 'pkg', 'arm-scmi:0': 'package-0' }), []);
});
