/** Which entries of rule_files Prometheus takes for our file. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { coversRules, isOwnEntry } from '../../prometheus-patches/rule-file.ts';

const rules = { entry: 'opennebula-extensions.yml', folder: '/etc/one/prometheus' };

const covering = [
  'opennebula-extensions.yml',
  './opennebula-extensions.yml',
  '../prometheus//opennebula-extensions.yml',
  '/etc/one/prometheus/opennebula-extensions.yml',
  '*',
  '*.yml',
  '/etc/one/prometheus/open*ext*.y?l',
  '[n-p]pennebula-extensions.yml',
  '[^a]pennebula-extensions.yml',
  '[a\\-o]pennebula-extensions.yml',
  'opennebula\\-extensions.yml',
];
const others = [
  'rules.yml',
  '*.yaml',
  'sub/*.yml',
  '/etc/one/*.yml',
  'opennebula-extensionsXyml',
  '[^o]pennebula-extensions.yml',
  '[z-a]pennebula-extensions.yml',
  'opennebula-extensions.yml/*',
  '',
  7,
  null,
];
for (const entry of covering) test(`${entry} covers it`, () => assert.ok(coversRules(entry, rules)));
for (const entry of others) test(`${entry} does not`, () => assert.ok(!coversRules(entry, rules)));

test('a pattern names other files too', () => {
  assert.ok(covering.slice(0, 4).every((entry) => isOwnEntry(entry, rules)));
  assert.ok(![...covering.slice(4), ...others].some((entry) => isOwnEntry(entry, rules)));
});

test('an absolute path is one wherever prometheus.yml stands', () => {
  assert.ok(coversRules('/x/*.yml', { entry: '/x/ours.yml', folder: '/etc' }));
  assert.ok(!coversRules('*.yml', { entry: '/x/ours.yml', folder: '/etc' }));
});
