import assert from 'node:assert/strict';
import test from 'node:test';
import { type ExporterFacts, judgeExporter } from '../../../cli/doctor/exporter.ts';
import type { ExporterPage } from '../../../cli/doctor/exporter-page.ts';
import { parseUnit } from '../../../cli/doctor/unit.ts';
import { exporterAddressOf } from '../../../cli/exporter-address.ts';
import { version } from '../../../lib/version.ts';
import { linesOf } from '../../support/verdicts.ts';

const page: ExporterPage = {
  isOpenNebula: true,
  oneUp: true,
  version,
  collectors: new Map([['vm', { name: 'vm', success: true, ageSeconds: 1 }]]),
  agents: [],
  doubtfulAgents: [],
  unmeasured: [],
  measuredVms: 0,
  drawingVm: undefined,
  pushedVms: undefined,
};
const properties = 'LoadState=loaded\nActiveState=active\nNeedDaemonReload=no\nDropInPaths=';
const ourDropIn = '/etc/systemd/system/opennebula-exporter.service.d/opennebula-extensions.conf';
const exporterFacts: ExporterFacts = {
  url: 'http://localhost:9925/metrics',
  isGuarded: false,
  page: { value: page },
  unit: { value: parseUnit('opennebula-exporter.service', `${properties}/a.conf ${ourDropIn}\n`) },
};

test('collectors that fail or serve old values, each with a line', () => {
  const collectors = new Map([
    ['vm', { name: 'vm', success: false, ageSeconds: 30.4 }],
    ['host', { name: 'host', success: false, ageSeconds: undefined }],
    ['power', { name: 'power', success: true, ageSeconds: 100 }],
  ]);
  assert.deepEqual(
    linesOf(judgeExporter({ ...exporterFacts, page: { value: { ...page, collectors } } })).slice(1, 4),
    [
      'error: failed; it serves what it read 30 s ago',
      'error: failed; it serves nothing',
      'warning: its data are 100 s old',
    ],
  );
});

test('the stock one, something else, one behind a password', () => {
  const stock = { ...page, collectors: new Map() };
  const first = (facts: Partial<ExporterFacts>) => judgeExporter({ ...exporterFacts, ...facts })[0];
  assert.match(
    first({ page: { value: stock } })?.next ?? '',
    /^systemctl daemon-reload && systemctl restart/,
  );
  const bare = { value: parseUnit('x', properties) };
  assert.equal(first({ page: { value: stock }, unit: bare })?.next, 'oneext install --only exporter');
  assert.match(
    first({ page: { value: { ...stock, isOpenNebula: false } } })?.message ?? '',
    /^something else/,
  );
  const refused = { problem: 'HTTP status 401', kind: 'failed' } as const;
  assert.equal(first({ page: refused })?.level, 'error');
  const unknown = { value: parseUnit('x', 'LoadState=not-found\nActiveState=inactive') };
  assert.match(first({ page: refused, unit: unknown })?.next ?? '', /^start it as oneadmin/);
  const guarded = first({ page: refused, isGuarded: true });
  assert.deepEqual(
    [guarded?.level, guarded?.message.includes('no password (HTTP status 401)')],
    ['warning', true],
  );
});

test('a drop-in that is missing, and one that systemd has not read', () => {
  const last = (text: string) =>
    judgeExporter({ ...exporterFacts, unit: { value: parseUnit('x', text) } }).at(-1);
  assert.match(last(properties)?.message ?? '', /^has no drop-in/);
  assert.equal(last(`${properties}${ourDropIn}`.replace('Reload=no', 'Reload=yes'))?.level, 'warning');
});

test('where it answers follows from its own options', () => {
  const options = {
    'exporter.url': '',
    'web.listen-address': [{ host: '::', port: 9925 }],
    'web.telemetry-path': '/metrics',
    'web.config.file': '',
  };
  const url = (change: Partial<typeof options>) => exporterAddressOf({ ...options, ...change }).url.href;
  assert.equal(url({}), 'http://localhost:9925/metrics');
  const one = { host: 'fd00::1', port: 1 };
  assert.equal(url({ 'web.listen-address': [one] }), 'http://[fd00::1]:1/metrics');
  assert.equal(
    url({ 'web.listen-address': [one, { host: '0.0.0.0', port: 2 }] }),
    'http://localhost:2/metrics',
  );
  assert.equal(url({ 'exporter.url': 'https://a:1', 'web.telemetry-path': '/m' }), 'https://a:1/m');
  assert.equal(url({ 'exporter.url': 'http://a/b' }), 'http://a/b');
});
