/** `oneext top` as it is run without a terminal, with a real exporter. The live screen is in test/system. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { collectOutput } from '../../support/child-output.ts';
import { repositoryPath } from '../../support/expected.ts';
import type { ProgramRun } from '../../support/program.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { formatMadePage } from '../../support/top-cloud.ts';
import { startTopLab } from '../../support/top-lab.ts';

/** A server of one page. */
const servePage = async (
  t: TestContext,
  page: string,
  isAllowed: (authorization: string | undefined) => boolean = () => true,
): Promise<string> => {
  const server = http.createServer((request, response) => {
    if (isAllowed(request.headers.authorization)) response.end(page);
    else response.writeHead(401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
};

interface ShownVm {
  readonly id: number;
  readonly power_watts: number | null;
  readonly [key: string]: unknown;
}
const parseJson = ({ stdout, stderr, code }: ProgramRun) => {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as {
    readonly problems: readonly string[];
    readonly totals: Readonly<Record<string, number | null>>;
    readonly hosts: readonly Readonly<Record<string, unknown>>[];
    readonly vms: readonly ShownVm[];
  };
};
const rowsOf = ({ stdout }: ProgramRun): readonly string[] =>
  stdout
    .split('\n')
    .slice(stdout.split('\n').findIndex((line) => /^ *ID /.test(line)) + 1)
    .filter((line) => line !== '');

test('a cloud that is measured: as a table, as JSON, in part', async (t) => {
  const { run } = await startTopLab(t);
  const table = await run('--once');
  assert.equal(table.code, 0, table.stderr);
  assert.match(
    table.stdout,
    /^oneext top {2}\d\d:\d\d:\d\d {2}data \d+ s old {2}by watts\nHosts +[\d.]+ W {2}4 of 4 measured\n/,
  );
  assert.doesNotMatch(table.stdout, /\x1b/);
  assert.equal(rowsOf(table).length, 20);
  assert.match(table.stdout, /kvm00[0-3] vm-\d+\n/);

  const { problems, totals, hosts, vms } = parseJson(await run('--json'));
  assert.deepEqual(problems, []);
  assert.deepEqual([totals['hosts'], totals['vms'], totals['agents_down']], [4, 20, 0]);
  assert.deepEqual(Object.keys(vms[0] ?? {}), [
    'id',
    'name',
    'owner',
    'group',
    'host_id',
    'host',
    'state',
    'lcm_state',
    'status',
    'vcpus',
    'power_watts',
    'gpu_power_watts',
    'power_unknown_reason',
    'host_share_ratio',
    'energy_kwh',
    'cost',
    'currency',
  ]);
  assert.deepEqual(Object.keys(hosts[0] ?? {}), [
    'id',
    'name',
    'state',
    'power_watts',
    'idle_watts',
    'unassigned_watts',
    'model_error_ratio',
    'energy_kwh',
    'unassigned_energy_kwh',
    'cost',
    'currency',
    'vms',
    'agent_up',
    'agent',
    'agent_version',
    'agent_reason',
  ]);
  assert.equal(hosts[0]?.['name'], 'kvm000');
  const watts = vms.map(({ power_watts: one }) => one ?? -1);
  assert.deepEqual(
    watts,
    watts.toSorted((a, b) => b - a),
  );
  assert.ok((watts[0] ?? 0) > 0);

  const part = parseJson(
    await run('--json', '--owner', 'user1', '--owner=user2', '--sort=name', '--limit=3'),
  );
  assert.deepEqual(
    part.vms.map(({ name, owner, group }) => [name, owner, group]),
    [
      ['vm-1', 'user1', 'users'],
      ['vm-2', 'user2', 'users'],
      ['vm-8', 'user1', 'users'],
    ],
  );
  assert.equal(part.totals['vms'], 20);
  const onHosts = parseJson(await run('--json', '--host=kvm001', '--host=#2', '--reverse', '--sort=host'));
  assert.deepEqual([...new Set(onHosts.vms.map(({ host }) => host))], ['kvm002', 'kvm001']);
});

test('hosts: as a table, as JSON, in part', async (t) => {
  const { runAlone } = await startTopLab(t);
  const page = formatMadePage(
    [
      { id: 1, hostId: 0, watts: 25, joules: 7.2e6 },
      { id: 2, hostId: 1, watts: 5 },
    ],
    [
      { id: 0, watts: 100, idleWatts: 40, modelError: 0.05, joules: 3.6e7, price: [0.25, 'EUR'] },
      { id: 1, watts: 120 },
      { id: 2, agentReason: 'timeout' },
    ],
  );
  const url = await servePage(t, page);
  const run = (...argv: readonly string[]) => runAlone('--view=hosts', `--exporter.url=${url}`, ...argv);
  assert.deepEqual(
    rowsOf(await run('--once')).map((row) => row.trim().split(/ {2,}/)),
    [
      ['1', '120.00', '-', '115.00', '-', '-', '-', '1 scaphandre #1'],
      ['0', '100.00', '40.00', '75.00', '5.0%', '10.00 kWh', '2.50 EUR', '1 scaphandre #0'],
      ['2', '-', '-', '-', '-', '-', '-', '0 timeout', '#2'],
    ],
  );
  const { hosts, vms } = parseJson(await run('--json', '--sort=energy', '--limit=1'));
  assert.equal(vms.length, 2);
  assert.deepEqual(
    hosts.map(({ id, idle_watts: idle, cost, currency }) => [id, idle, cost, currency]),
    [[0, 40, 2.5, 'EUR']],
  );
  assert.deepEqual([vms[0]?.['energy_kwh'], vms[0]?.['cost'], vms[1]?.['energy_kwh']], [2, 0.5, null]);
});

test('where stdout is no terminal the table is printed once', async (t) => {
  const { run } = await startTopLab(t);
  const { code, stdout } = await run('--limit=2', '--sort=id');
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /\x1b/);
  assert.equal(rowsOf({ code, stdout, stderr: '' }).length, 2);
});

test('without OpenNebula the page alone is shown, and what is missing is said', async (t) => {
  const { runAlone } = await startTopLab(t);
  const { stdout, code } = await runAlone('--once');
  assert.equal(code, 0);
  assert.match(
    stdout,
    /\nno names of hosts and groups: the credentials for OpenNebula cannot be read: .*\n\n/,
  );
  assert.match(stdout, / user\d #[0-3] +vm-\d+\n/);
  const { vms, problems } = parseJson(await runAlone('--json', '--limit=1'));
  assert.deepEqual([vms[0]?.['group'], problems.length], [null, 1]);
});

test('half a page: without the collector vm names are OpenNebula’s; without power nothing is 0', async (t) => {
  const withoutVms = await startTopLab(t, ['--no-collector.vm']);
  const { vms } = parseJson(await withoutVms.run('--json'));
  assert.equal(vms.length, 20);
  assert.match(String(vms[0]?.['name']), /^vm-\d+$/);
  assert.ok(vms.some(({ power_watts: watts }) => watts !== null && watts > 0));
  const withoutPower = await startTopLab(t, ['--no-collector.power']);
  const unknown = parseJson(await withoutPower.run('--json'));
  assert.match(unknown.problems.join(), /no metrics of power/);
  assert.deepEqual(new Set(unknown.vms.map((vm) => vm.power_watts)), new Set([null]));
  assert.deepEqual(new Set(unknown.vms.map((vm) => vm['power_unknown_reason'])), new Set(['no_sample']));
  assert.deepEqual([unknown.totals['vms_power_watts'], unknown.totals['hosts_power_watts']], [null, null]);
  const table = await withoutPower.run('--once', '--limit=1');
  assert.match(rowsOf(table)[0] ?? '', /^ *\d+ +- no sample /);
});

test('an exporter that does not answer, and a page that is another', async (t) => {
  const { runAlone } = await startTopLab(t);
  const refused = await runAlone('--once', '--exporter.url=http://secret:word@127.0.0.1:1/metrics');
  assert.equal(refused.code, 75);
  assert.match(
    refused.stderr,
    /cannot read http:\/\/127\.0\.0\.1:1\/metrics: .*ECONNREFUSED.*\nTOP_EXPORTER_UNREACHABLE: /,
  );
  assert.equal(refused.stdout, '');
  const elsewhere = await servePage(t, '<html>hello</html>');
  const other = await runAlone('--json', `--exporter.url=${elsewhere}`);
  assert.deepEqual([other.code, other.stdout], [1, '']);
  assert.match(other.stderr, /has no metric of OpenNebula\nTOP_NO_EXPORTER/);
  const hanging = net.createServer().listen(0, '127.0.0.1');
  const sockets = new Set<net.Socket>();
  hanging.on('connection', (socket) => sockets.add(socket));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    hanging.close();
  });
  await once(hanging, 'listening');
  const { port } = hanging.address() as AddressInfo;
  const late = await runAlone(
    '--once',
    `--exporter.url=http://127.0.0.1:${port}/metrics`,
    '--top.exporter-timeout=200ms',
  );
  assert.equal(late.code, 75);
  assert.match(late.stderr, /no answer within 200 ms \(--top\.exporter-timeout\)/);
});

test('credentials come from a file', async (t) => {
  const { runAlone } = await startTopLab(t);
  const file = path.join(temporaryFolder(t), 'credentials');
  const page = formatMadePage([{ id: 1, watts: 5 }], [{ id: 0, watts: 9 }]);
  const accepted = ['Bearer abc.def', `Basic ${Buffer.from('me:pass word').toString('base64')}`];
  const url = await servePage(t, page, (given) => accepted.includes(given ?? ''));
  const run = () => runAlone('--json', `--exporter.url=${url}`, `--top.credentials-file=${file}`);
  const missing = await run();
  assert.equal(missing.code, 78);
  assert.match(missing.stderr, /TOP_CREDENTIALS/);
  for (const credentials of ['abc.def\n', 'me:pass word\n']) {
    writeFileSync(file, credentials);
    assert.equal(parseJson(await run()).vms.length, 1);
  }
  writeFileSync(file, 'wrong');
  const refused = await run();
  assert.equal(refused.code, 75);
  assert.match(refused.stderr, /HTTP status 401/);
  writeFileSync(file, 'two\nlines');
  assert.equal((await run()).code, 78);
});

test('a name that would control the terminal does not', async (t) => {
  const { runAlone } = await startTopLab(t);
  const name = '\x1b[2J\x1b]0;title\x07\r\x9b31m\u202e';
  const url = await servePage(t, formatMadePage([{ id: 1, name, owner: name, watts: 5 }], [{ id: 0 }]));
  const { stdout } = await runAlone('--once', `--exporter.url=${url}`);
  assert.match(stdout, /\n 1 .* \?\[2J\?\]0;title\?\?\?31m\?\n$/);
  assert.doesNotMatch(stdout.replaceAll('\n', ''), /\p{C}/u);
});

test('all problems of the usage are told at once', async (t) => {
  const { run } = await startTopLab(t);
  const { code, stderr } = await run('--sort=power', '--limit=0', '--interval=10ms');
  assert.equal(code, 2);
  assert.match(
    stderr,
    /--sort is "power".*--limit is "0".*--interval is "10ms" but must be a duration from 1000ms/,
  );
  const url = await run('--exporter.url=localhost:9925');
  assert.equal(url.code, 78);
  assert.match(url.stderr, /must be an http or https URL/);
});

test('a reader that has enough ends it quietly', async (t) => {
  const vms = Array.from({ length: 5000 }, (_, id) => ({ id, watts: id }));
  const url = await servePage(t, formatMadePage(vms, [{ id: 0 }]));
  const child = spawn(process.execPath, [repositoryPath('dist/oneext'), 'top', '--json'], {
    env: { ONEEXT_EXPORTER_URL: url, ONEEXT_CONFIG_FILE: '/dev/null', ONE_AUTH: '/nonexistent' },
  });
  const output = collectOutput(child);
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.deepEqual([code, output.stderr], [0, '']);
});
