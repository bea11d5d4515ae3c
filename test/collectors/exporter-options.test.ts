import assert from 'node:assert/strict';
import test from 'node:test';
import { parse } from 'yaml';
import { allOptions } from '../../cli/all-options.ts';
import { collectors } from '../../collectors/collectors.ts';
import { exporterOptions } from '../../collectors/exporter-options.ts';
import { parseListenAddress } from '../../lib/config/listen-address.ts';
import { configurable } from '../../lib/config/options.ts';
import { readEnvironment, readFileOptions } from '../../lib/config/read-places.ts';
import { resolveOptions } from '../../lib/config/resolve.ts';
import { formatSampleConfig } from '../../lib/config/sample-config.ts';
import { sampleNotes } from '../../scripts/suite-tables.ts';

test('the sample file, with its values uncommented, is complete and says the defaults', () => {
  const uncommented = formatSampleConfig(allOptions, sampleNotes)
    .split('\n')
    .filter((line) => /^# (?: *[a-z_0-9]+:)/.test(line))
    .map((line) => line.slice(2))
    .join('\n');
  const { given, unknown, problems } = readFileOptions(allOptions, parse(uncommented), 'sample');
  assert.deepEqual([unknown, problems], [[], []]);
  const names = Object.keys(configurable(allOptions)).filter((name) => name !== 'config.file');
  assert.deepEqual([...given.keys()].sort(), names.sort());
  assert.deepEqual(resolveOptions(allOptions, [given]), resolveOptions(allOptions, []));
});

test('every default is a value that its option takes', () => {
  assert.deepEqual(resolveOptions({ ...exporterOptions, ...allOptions }, []).problems, []);
});

test('the flags of every collector are options of the exporter', () => {
  for (const { name, options } of collectors) {
    assert.ok(Object.hasOwn(exporterOptions, `collector.${name}`), name);
    for (const flag of Object.keys(options)) assert.ok(Object.hasOwn(exporterOptions, flag), flag);
  }
});

test('several URLs of power agents', () => {
  const urlsOf = (environment: string) => {
    const given = readEnvironment(exporterOptions, { ONEEXT_POWER_AGENT_URL: environment });
    return resolveOptions(exporterOptions, [given]);
  };
  const url = 'http://{hostname}:28282/a,b';
  assert.deepEqual(urlsOf(`http://{hostname}:8080/metrics\n ${url}`).values['power.agent-url'], [
    'http://{hostname}:8080/metrics',
    url,
  ]);
  assert.equal(urlsOf('ftp://x http://ok/ nothing').problems.length, 2);
});

test('addresses to listen on', () => {
  const cases: readonly (readonly [string, ReturnType<typeof parseListenAddress>])[] = [
    ['[::]:9925', { host: '::', port: 9925 }],
    [':9925', { host: '::', port: 9925 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[fe80::1%eth0]:9925', { host: 'fe80::1%eth0', port: 9925 }],
    ['front-end:9925', { host: 'front-end', port: 9925 }],
    ['9925', undefined],
    ['::9925', undefined],
    ['127.0.0.1:99999', undefined],
    ['a b:1', undefined],
  ];
  for (const [text, expected] of cases) assert.deepEqual(parseListenAddress(text), expected, text);
});
