/** The power page as a browser asks for it. */
import assert from 'node:assert/strict';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { simulate } from '../../simulator/simulate.ts';
import { type ExporterProcess, get, startExporter, statusOf } from '../support/exporter.ts';
import { withFlags } from '../support/flags.ts';
import { temporaryFolder } from '../support/temporary.ts';

const startCloud = async (t: TestContext, ...flags: readonly string[]) => {
  const simulation = await simulate({
    hosts: 3,
    vms: 12,
    lifetimeSeconds: 600,
    migrationSeconds: 600,
    processes: 20,
    port: 0,
    agentsPort: 0,
    still: false,
  });
  t.after(simulation.close);
  const folder = path.join(temporaryFolder(t), 'energy');
  const exporter = await startExporter({
    endpoint: simulation.endpoint,
    credentials: 'oneadmin:opennebula',
    flags: withFlags(
      [
        `--power.agent-url=${simulation.agentUrl}`,
        '--no-collector.server',
        `--energy.directory=${folder}`,
        '--energy.interval=1s',
      ],
      flags,
    ),
  });
  t.after(exporter.end);
  return { simulation, exporter };
};

/** The first events of an open page. */
const readEvents = async (exporter: ExporterProcess, count: number): Promise<readonly string[]> => {
  const response = await fetch(`${exporter.url}/power/events`);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader() ?? assert.fail();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    text += value ?? '';
    const events = text.split('\n\n').filter((event) => event.startsWith('event: power\ndata: '));
    if (events.length >= count || done) {
      await reader.cancel();
      return events;
    }
  }
};

test('P7: / and /power are the page; CSV and JSON have what it shows', async (t) => {
  const { exporter } = await startCloud(t);
  const response = await fetch(`${exporter.url}/`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  const page = await response.text();
  assert.equal(page.match(/<tr id="vm-/g)?.length, 12);
  for (const [, asset = ''] of page.matchAll(/(?:src|href)="(\/power\/page\.\w+\?v=\w+)"/g))
    assert.equal(await statusOf(`${exporter.url}${asset}`), 200, asset);
  assert.match(await get(exporter, '/power'), /<h1>Power of the cloud<\/h1>/);
  const csv = await get(exporter, '/power.csv?size=5&sort=id');
  assert.deepEqual(
    csv.split('\r\n').map((line) => line.split(',')[0]),
    ['id', '0', '1', '2', '3', '4', ''],
  );
  const json = JSON.parse(await get(exporter, '/power.json?owner=user0'));
  assert.equal(json.totals.vms, 12);
  assert.ok(json.vms.every(({ owner }: { readonly owner: string }) => owner === 'user0'));
  const wrong = await fetch(`${exporter.url}/power.csv?sort=colour`);
  assert.equal(wrong.status, 400);
  assert.match(await wrong.text(), /^sort=colour must be one of id, name, /);
});

test('P7: an open page is told of readings, and does not keep the exporter from ending', async (t) => {
  const { exporter } = await startCloud(t);
  const [first, second] = await readEvents(exporter, 2);
  assert.ok(first !== undefined && second !== undefined && second.length < 5000);
  const open = await fetch(`${exporter.url}/power/events?q=vm`);
  assert.equal(await exporter.end(), 0);
  await open.text().catch(() => undefined);
});

test('P7: this month has the energy of the owners', async (t) => {
  const { exporter } = await startCloud(t);
  const owners = async (): Promise<readonly { readonly energy_kwh: number }[]> =>
    JSON.parse(await get(exporter, '/power.json')).month.owners;
  while (!(await owners()).some(({ energy_kwh: kwh }) => kwh > 0));
  assert.equal(JSON.parse(await get(exporter, '/power.json')).month.problem, null);
});

test('P7: readers do not make the exporter ask the agents more often', async (t) => {
  const { exporter } = await startCloud(t, '--energy.interval=60s');
  await get(exporter, '/power');
  const times = new Set<string>();
  for (let reader = 0; reader < 200; reader += 1)
    times.add(JSON.parse(await get(exporter, `/power.json?page=${1 + (reader % 3)}&size=4`)).time);
  // One when it started, and at most one more for the first reader.
  assert.ok(times.size <= 2, [...times].join(' '));
});

test('P7: web.page=off leaves links, and nothing of the page', async (t) => {
  const { exporter } = await startCloud(t, '--web.page=off');
  assert.match(await get(exporter, '/'), /<a href="\/metrics">Metrics<\/a>/);
  for (const gone of ['/power', '/power.json', '/power.csv', '/power/events', '/power/page.js'])
    assert.equal(await statusOf(`${exporter.url}${gone}`), 404, gone);
});

test('P7: while OpenNebula cannot be read, the page shows what it had, and says so', async (t) => {
  const { exporter, simulation } = await startCloud(t, '--one.timeout=1s');
  await get(exporter, '/power');
  await simulation.close();
  let json = JSON.parse(await get(exporter, '/power.json'));
  while (json.problem === null) json = JSON.parse(await get(exporter, '/power.json'));
  assert.match(json.problem, /cannot be read again/);
  assert.equal(json.vms.length, 12);
});
