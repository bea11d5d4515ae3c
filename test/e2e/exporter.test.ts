/** The exporter as it is installed, against recorded answers and agents, and against everything that fails. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import bcrypt from 'bcryptjs';
import { serverUnits } from '../../collectors/server.ts';
import { assertExpectedFile, repositoryPath } from '../support/expected.ts';
import {
  type ExporterOptions,
  type ExporterProcess,
  get,
  runExporterToEnd,
  startExporter,
  statusOf,
  systemctlOutput,
} from '../support/exporter.ts';
import {
  closedPort,
  httpAnswer,
  type RawAnswer,
  type RawServer,
  startRawServer,
} from '../support/raw-server.ts';
import { kvmHostPool, startRecordedFrontEnd } from '../support/recorded-front-end.ts';
import { recordedBody, recordedPage } from '../support/recordings.ts';
import { familyOf, readSamples } from '../support/samples.ts';
import { temporaryFolder } from '../support/temporary.ts';

const running = systemctlOutput(
  Object.fromEntries(serverUnits.map((unit) => [unit, unit.includes('flow') ? 'failed' : 'active'])),
);

const start = async (t: TestContext, options: ExporterOptions): Promise<ExporterProcess> => {
  const exporter = await startExporter(options);
  t.after(exporter.end);
  return exporter;
};
const endpointOf = (frontEnd: RawServer): string => `http://127.0.0.1:${frontEnd.port}/RPC2`;

/** The recorded page of two VMs, of which the recorded cloud has 8 and 6 on hosts 1 and 0. */
const pageOfHost = (request: string): RawAnswer => {
  const page = recordedPage('scaphandre-1.0.3-two-vms-full.prom').toString('latin1');
  const own = request.startsWith('GET /1/')
    ? page.replaceAll('one-524', 'one-8')
    : page.replaceAll('one-525', 'one-6');
  return request.startsWith('GET /2/')
    ? { bytes: httpAnswer('200 OK', '') }
    : { bytes: httpAnswer('200 OK', own) };
};

/** Without what differs from run to run: the process itself, times, the name of the machine. */
const withoutVolatile = (page: string): string =>
  page
    .split('\n')
    .filter((line) => !/^(?:# (?:HELP|TYPE) )?(?:nodejs_|process_|opennebula_exporter_)/.test(line))
    .filter((line) => !line.startsWith('opennebula_power_agent_answers_total{')) // written every 10 s
    .map((line) => line.replace(/^(opennebula_scrape_collector_(?:age|duration)_seconds\S+) .*/, '$1 0'))
    .map((line) => line.replace(/one_server_fqdn="[^"]*"/, 'one_server_fqdn="front-end"'))
    .join('\n');

test('the whole page of a recorded cloud', async (t) => {
  const frontEnd = await startRecordedFrontEnd((method) =>
    method === 'one.hostpool.info' ? kvmHostPool() : undefined,
  );
  const agents = await startRawServer(pageOfHost);
  t.after(() => Promise.all([frontEnd.close(), agents.close()]));
  const exporter = await start(t, {
    endpoint: endpointOf(frontEnd),
    systemctl: running,
    flags: [`--power.agent-url=http://127.0.0.1:${agents.port}/{id}/metrics`],
  });
  const page = await get(exporter);
  readSamples(page);
  assertExpectedFile(repositoryPath('test/e2e/expected-page.prom'), withoutVolatile(page));

  const openMetrics = await get(exporter, '/metrics', {
    accept: 'application/openmetrics-text; version=1.0.0',
  });
  assert.ok(openMetrics.endsWith('# EOF\n'));
  const counters = new Set([...page.matchAll(/^# TYPE (\w+)_total counter$/gm)].map(([, name]) => name));
  assert.deepEqual(
    withoutVolatile(openMetrics)
      .replace('# EOF\n', '')
      .replaceAll(/^(# \w+) (\w+) /gm, (head: string, kind: string, name: string) =>
        counters.has(name) ? `${kind} ${name}_total ` : head,
      ),
    withoutVolatile(page),
    'both formats differ in the heads of counters only',
  );
  assert.match(openMetrics, /^# TYPE opennebula_exporter_one_calls counter$/m);
  assert.equal(agents.requests.length, 3, 'each agent was asked once');
});

test('a counter that was shown never falls, whether the exporter ends in order or is killed', async (t) => {
  const frontEnd = await startRecordedFrontEnd((method) =>
    method === 'one.hostpool.info' ? kvmHostPool() : undefined,
  );
  const agents = await startRawServer(pageOfHost);
  t.after(() => Promise.all([frontEnd.close(), agents.close()]));
  const options = {
    endpoint: endpointOf(frontEnd),
    flags: [`--power.agent-url=http://127.0.0.1:${agents.port}/{id}/metrics`, '--no-collector.server'],
    stateFolder: temporaryFolder(t),
  };
  const countsOf = async (exporter: ExporterProcess): Promise<readonly (number | undefined)[]> => {
    const samples = readSamples(await get(exporter));
    return ['ok', 'empty_body'].map((result) =>
      samples.get(`opennebula_power_agent_answers_total{agent="scaphandre",result="${result}"}`),
    );
  };
  const first = await startExporter(options);
  await get(first);
  assert.equal(await first.end(), 0);
  const second = await startExporter(options);
  t.after(second.end);
  assert.deepEqual(await countsOf(second), [2, 1], 'its end has written what its scrape counted');
  let shown = await countsOf(second);
  while (shown[0] === 2) {
    await new Promise((resolve) => setTimeout(resolve, 100)); // until the next write
    shown = await countsOf(second);
  }
  await second.kill();
  const third = await startExporter(options);
  t.after(third.end);
  const after = await countsOf(third);
  assert.ok((after[0] ?? 0) >= (shown[0] ?? 0) && (after[1] ?? 0) >= (shown[1] ?? 0));
});

test('paths, methods, compression', async (t) => {
  const frontEnd = await startRecordedFrontEnd();
  t.after(frontEnd.close);
  const exporter = await start(t, { endpoint: endpointOf(frontEnd), flags: ['--no-collector.server'] });
  for (const name of ['/-/healthy', '/-/ready', '/']) assert.notEqual(await get(exporter, name), '');
  assert.equal(await statusOf(`${exporter.url}/nothing`), 404);
  assert.equal(await statusOf(`${exporter.url}/metrics/`), 404);
  assert.equal(await statusOf(`${exporter.url}/metrics`, { method: 'POST' }), 405);
  const head = await fetch(`${exporter.url}/metrics`, {
    method: 'HEAD',
    headers: { 'accept-encoding': 'identity' },
  });
  assert.ok(Number(head.headers.get('content-length')) > 10_000);
  assert.equal(await head.text(), '');
  const zipped = await fetch(`${exporter.url}/metrics?x=1`, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(zipped.headers.get('content-encoding'), 'gzip');
  assert.match(await zipped.text(), /^opennebula_vm_total 10$/m);
  assert.doesNotMatch(await get(exporter), /oned_state/, 'the collector is switched off');
});

test('oned goes away and comes back with another state', async (t) => {
  let vmPool: RawAnswer | undefined;
  let frontEnd = await startRecordedFrontEnd();
  const { port } = frontEnd;
  const exporter = await start(t, {
    endpoint: endpointOf(frontEnd),
    flags: ['--no-collector.server', '--snapshot.max-age=1s'],
  });
  assert.equal(readSamples(await get(exporter)).get('opennebula_vm_total'), 10);
  await frontEnd.close();
  await new Promise((resolve) => setTimeout(resolve, 5100)); // a snapshot is reused for five seconds
  const down = readSamples(await get(exporter));
  assert.equal(down.get('opennebula_up'), 0);
  assert.equal(down.get('opennebula_scrape_collector_success{collector="vm"}'), 0);
  assert.equal(down.has('opennebula_vm_total'), false, 'older than --snapshot.max-age');
  const body = recordedBody('vmpool.info-notdone').toString('latin1');
  const withoutVm8 = body.replace(/&lt;VM&gt;&lt;ID&gt;8&lt;.*?&lt;\/VM&gt;/s, '');
  vmPool = { bytes: httpAnswer('200 OK', withoutVm8) };
  frontEnd = await startRecordedFrontEnd(
    (method) => (method === 'one.vmpool.info' ? vmPool : undefined),
    port,
  );
  t.after(frontEnd.close);
  const back = await get(exporter);
  assert.equal(readSamples(back).get('opennebula_up'), 1);
  assert.equal(readSamples(back).get('opennebula_vm_total'), 9);
  assert.equal(
    '{one_vm_id="8"}' in familyOf(back, 'opennebula_vm_state'),
    false,
    'a VM that is gone is gone',
  );
});

test('starts while oned is down, and serves as soon as it is there', async (t) => {
  const port = await closedPort();
  const exporter = await start(t, {
    endpoint: `http://127.0.0.1:${port}/RPC2`,
    flags: ['--no-collector.server'],
  });
  const down = await get(exporter);
  assert.equal(readSamples(down).get('opennebula_up'), 0);
  assert.equal(readSamples(down).has('opennebula_host_total'), false);
  const frontEnd = await startRecordedFrontEnd(undefined, port);
  t.after(frontEnd.close);
  assert.equal(readSamples(await get(exporter)).get('opennebula_host_total'), 3);
  assert.match(exporter.log(), /collector failed.*ECONNREFUSED/);
});

test('one pool that fails costs only what is made of it', async () => {
  const body = recordedBody('vmpool.infoextended-notdone');
  const answers: readonly RawAnswer[] = [
    { bytes: httpAnswer('200 OK', body.subarray(0, 20_000)) },
    { bytes: httpAnswer('502 Bad Gateway', '') },
    { bytes: httpAnswer('200 OK', '<html></html>') },
    'reset',
  ];
  for (const answer of answers) {
    const frontEnd = await startRecordedFrontEnd((method) =>
      method.startsWith('one.vmpool') ? answer : undefined,
    );
    const exporter = await startExporter({
      endpoint: endpointOf(frontEnd),
      flags: ['--no-collector.server'],
    });
    try {
      const samples = readSamples(await get(exporter));
      assert.equal(samples.get('opennebula_scrape_collector_success{collector="vm"}'), 0);
      assert.equal(samples.get('opennebula_scrape_collector_success{collector="host"}'), 1);
      assert.equal(samples.get('opennebula_host_total'), 3);
      assert.equal(samples.has('opennebula_vm_total'), false);
    } finally {
      await exporter.end();
      await frontEnd.close();
    }
  }
});

test('a scraper that waits a second gets an answer in time, although oned hangs', async (t) => {
  const frontEnd = await startRecordedFrontEnd((method) =>
    method === 'one.hostpool.info' ? 'hang' : undefined,
  );
  t.after(frontEnd.close);
  const exporter = await start(t, { endpoint: endpointOf(frontEnd), flags: ['--no-collector.server'] });
  const page = await get(exporter, '/metrics', { 'x-prometheus-scrape-timeout-seconds': '1' });
  const samples = readSamples(page);
  assert.equal(samples.get('opennebula_scrape_collector_success{collector="host"}'), 0);
  assert.equal(samples.get('opennebula_vm_total'), 10);
});

test('SIGTERM ends it in order, also while oned hangs', async () => {
  const frontEnd = await startRecordedFrontEnd(() => 'hang');
  const exporter = await startExporter({ endpoint: endpointOf(frontEnd) });
  await get(exporter, '/metrics', { 'x-prometheus-scrape-timeout-seconds': '0.2' });
  assert.equal(await exporter.end(), 0);
  assert.match(exporter.log(), /msg=ending signal=SIGTERM/);
  await frontEnd.close();
});

test('wrong usage and wrong configuration: all problems at once, with exit codes', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'exporter-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const usage = await runExporterToEnd(['--power.unmeasred=zero', '--nonsense'], {});
  assert.equal(usage.code, 2);
  assert.match(
    usage.stderr,
    /unknown option --power\.unmeasred; did you mean --power\.unmeasured\?; unknown option --nonsense/,
  );

  const file = path.join(folder, 'oneext.yaml');
  writeFileSync(file, 'power:\n  unmeasured: nothing\nweb:\n  listen_address: "9925"\nlog:\n  level: loud\n');
  const invalid = await runExporterToEnd([`--config.file=${file}`, '--one.timeout=soon'], {});
  assert.equal(invalid.code, 78);
  for (const part of [
    '--one.timeout is "soon"',
    'power.unmeasured in',
    'web.listen_address in',
    'log.level in',
    '4 problem',
  ]) {
    assert.ok(invalid.stderr.includes(part), `${part} in ${invalid.stderr}`);
  }
  const broken = path.join(folder, 'broken.yaml');
  writeFileSync(broken, 'power: [\n');
  assert.equal((await runExporterToEnd([`--config.file=${broken}`], {})).code, 78);
  writeFileSync(broken, 'web:\n  listen_address: *:9925\n');
  const alias = await runExporterToEnd([`--config.file=${broken}`], {});
  assert.equal(alias.code, 78);
  assert.match(alias.stderr, /broken\.yaml/);
  assert.equal((await runExporterToEnd([`--config.file=${folder}/none.yaml`], {})).code, 78);

  const noAuth = await runExporterToEnd(['--config.file=/dev/null'], { ONE_AUTH: `${folder}/none` });
  assert.equal(noAuth.code, 78);
  assert.match(noAuth.stderr, /ONE_AUTH_MISSING/);
});

test('a port that is taken is told with the address', async (t) => {
  const frontEnd = await startRecordedFrontEnd();
  t.after(frontEnd.close);
  const folder = mkdtempSync(path.join(tmpdir(), 'exporter-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, 'auth'), 'a:b');
  const flags = [`--web.listen-address=127.0.0.1:${frontEnd.port}`, '--config.file=/dev/null'];
  const taken = await runExporterToEnd(flags, { ONE_AUTH: path.join(folder, 'auth') });
  assert.equal(taken.code, 1);
  assert.match(taken.stderr, new RegExp(`127\\.0\\.0\\.1:${frontEnd.port}.*EADDRINUSE`));
});

test('--help names every option, --version the version', async () => {
  const help = await runExporterToEnd(['--help'], {});
  assert.equal(help.code, 0);
  for (const option of [
    '--web.listen-address',
    '--[no-]collector.power',
    '--power.agent-url',
    '--one.min-refresh-interval',
  ]) {
    assert.ok(help.stdout.includes(option), option);
  }
  assert.match((await runExporterToEnd(['--version'], {})).stdout, /^opennebula-exporter \d+\.\d+\.\d+\n$/);
});

// Both hashes are of the password `test`; the first is that of the exporter-toolkit's documentation.
const aliceHash = '$2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay';
const bobHash = bcrypt.hashSync('test', 4);

test('users are asked for their password, and changed users are taken without a restart', async (t) => {
  const frontEnd = await startRecordedFrontEnd();
  t.after(frontEnd.close);
  const folder = mkdtempSync(path.join(tmpdir(), 'exporter-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'web.yml');
  writeFileSync(file, `basic_auth_users:\n  alice: ${aliceHash}\n`);
  const exporter = await start(t, {
    endpoint: endpointOf(frontEnd),
    flags: [`--web.config.file=${file}`, '--no-collector.server'],
  });
  const status = async (credentials?: string): Promise<number> => {
    const basic = `Basic ${Buffer.from(credentials ?? '').toString('base64')}`;
    const headers = credentials === undefined ? {} : { authorization: basic };
    return await statusOf(`${exporter.url}/-/healthy`, { headers });
  };
  assert.equal(await status(), 401);
  assert.equal(await status('alice:wrong'), 401);
  assert.equal(await status('bob:test'), 401);
  assert.equal(await status('alice:test'), 200);
  assert.equal(await status('alice:test'), 200);

  writeFileSync(file, 'basic_auth_users:\n  alice: plain\n');
  while (!exporter.log().includes('stays in force')) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(await status('alice:test'), 200, 'a broken change is not taken');
  assert.equal(await status(), 401);
  writeFileSync(file, `basic_auth_users:\n  bob: ${bobHash}\n`);
  while ((await status('bob:test')) !== 200) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(await status('alice:test'), 401);
});

test('a key that nothing reads is a warning, not an end', async (t) => {
  const frontEnd = await startRecordedFrontEnd();
  t.after(frontEnd.close);
  const folder = mkdtempSync(path.join(tmpdir(), 'exporter-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'oneext.yaml');
  writeFileSync(file, 'power: {agent_timeuot: 3s}\ntunnel: {type: auto}\n');
  const exporter = await start(t, { endpoint: endpointOf(frontEnd), flags: [`--config.file=${file}`] });
  assert.match(exporter.log(), /unknown key.*key=power\.agent_timeuot/);
  assert.doesNotMatch(exporter.log(), /tunnel/);
});
