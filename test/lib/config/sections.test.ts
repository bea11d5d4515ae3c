import assert from 'node:assert/strict';
import test from 'node:test';
import { allOptions } from '../../../cli/all-options.ts';
import { exporterOptions } from '../../../collectors/exporter-options.ts';
import { configurable, fileName } from '../../../lib/config/options.ts';
import { describeStrayKey, sections, sectionsOf, strayKeys } from '../../../lib/config/sections.ts';

const everywhere = Object.keys(sections);

test('every option of the suite stands in a section that every program knows, and the other way round', () => {
  const used = Object.keys(configurable(allOptions))
    .map((name) => fileName(name).split('.')[0] ?? '')
    .filter((section) => section !== 'config');
  assert.deepEqual([...new Set(used)].sort(), [...everywhere].sort());
});

test('keys that nothing reads are stray, with the nearest name', () => {
  const unknown = [
    'hosts.ssh_usr',
    'top.exporter_url',
    'powr.agent_url',
    'powr.x',
    'auth.foo',
    'geolocation.static.hosts.kvm1',
    'geolocation.statc',
    'one',
  ];
  assert.deepEqual(
    strayKeys(unknown, everywhere).map((key) => describeStrayKey(key, allOptions)),
    [
      'nothing reads the key hosts.ssh_usr; did you mean hosts.ssh_user?',
      'nothing reads the key top.exporter_url; did you mean exporter.url?',
      'nothing reads the key powr.agent_url; did you mean power.agent_url?',
      'nothing reads the key powr.x; did you mean power?',
      'nothing reads the key auth.foo',
      'nothing reads the key geolocation.statc',
    ],
  );
});

test('a program reports stray keys of its own sections, and sections that do not exist', () => {
  const unknown = ['power.x', 'top.exporter_url', 'prometheus.config', 'powr.agent_url'];
  assert.deepEqual(strayKeys(unknown, sectionsOf('opennebula-exporter')), ['power.x', 'powr.agent_url']);
  assert.deepEqual(strayKeys(unknown, sectionsOf('host_geolocation')), ['powr.agent_url']);
});

test('the exporter knows every key of the sections that it answers for', () => {
  const known = Object.keys(exporterOptions);
  for (const name of Object.keys(allOptions)) {
    const [section = ''] = fileName(name).split('.');
    if (sectionsOf('opennebula-exporter').includes(section)) assert.ok(known.includes(name), name);
  }
});
