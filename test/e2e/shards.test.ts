/** Five exporters that share a cloud, against one that has it alone: real processes, with VMs that migrate. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import type { AnswerCall } from '../../simulator/front-end.ts';
import { simulate } from '../../simulator/simulate.ts';
import { type ExporterProcess, get, startExporter } from '../support/exporter.ts';
import { startMonitord } from '../support/monitord.ts';
import { familyOf } from '../support/samples.ts';
import { temporaryFolder } from '../support/temporary.ts';

const count = 5;

interface Parts {
  readonly one: ExporterProcess;
  readonly parts: readonly ExporterProcess[];
  readonly folder: string;
}

const startParts = async (
  t: TestContext,
  flags: readonly string[],
  {
    partFlags = [],
    answer,
    agentUrlOf = (url) => url,
  }: { partFlags?: readonly string[]; answer?: AnswerCall; agentUrlOf?: (url: string) => string } = {},
): Promise<Parts> => {
  const simulation = await simulate({
    hosts: 12,
    vms: 150,
    lifetimeSeconds: 600,
    migrationSeconds: 120,
    processes: 60,
    port: 0,
    agentsPort: 0,
    still: true,
    agent: 'scaphandre',
    ...(answer === undefined ? {} : { answer }),
  });
  const folder = temporaryFolder(t);
  const started: ExporterProcess[] = [];
  t.after(async () => {
    for (const exporter of started) await exporter.end();
    await simulation.close();
  });
  const start = async (more: readonly string[]): Promise<ExporterProcess> => {
    const exporter = await startExporter({
      endpoint: simulation.endpoint,
      credentials: 'oneadmin:opennebula',
      flags: [
        `--power.agent-url=${agentUrlOf(simulation.agentUrl)}`,
        '--no-collector.server',
        ...flags,
        ...more,
      ],
    });
    started.push(exporter);
    return exporter;
  };
  const one = await start([`--energy.directory=${temporaryFolder(t)}`]);
  const parts: ExporterProcess[] = [];
  for (let number = 1; number <= count; number += 1)
    parts.push(await start([`--shard=${number}/${count}`, `--energy.directory=${folder}`, ...partFlags]));
  return { one, parts, folder };
};

/** Samples of OpenNebula: without what each exporter says of itself. */
const samplesOf = (page: string): readonly string[] =>
  page.split('\n').filter((line) => /^opennebula_(?!up |scrape_|exporter_|power_agent_answers)/.test(line));

test('each sample stands on exactly one of their pages, and together they are those of one', async (t) => {
  const { one, parts } = await startParts(t, ['--no-collector.energy']);
  const whole = samplesOf(await get(one));
  const pages = await Promise.all(parts.map(async (part) => samplesOf(await get(part))));
  assert.deepEqual(pages.flat().sort(), [...whole].sort());
  const migrating = whole.filter((line) => /^opennebula_vm_lcm_state\{.*\} 4$/.test(line));
  assert.ok(migrating.length > 3, `${migrating.length} VMs migrate`);
  for (const page of pages) assert.ok(page.length > whole.length / 20, `${page.length} samples in a part`);
});

test('each has accounts of its own, in which every host stands once', async (t) => {
  const { one, parts, folder } = await startParts(t, []);
  const hosts = samplesOf(await get(one)).filter((line) => line.startsWith('opennebula_host_state{'));
  const counted = async (): Promise<readonly string[]> =>
    (await Promise.all(parts.map(async (part) => samplesOf(await get(part)))))
      .flat()
      .filter((line) => line.startsWith('opennebula_host_energy_joules_total{'))
      .map((line) => line.replace(/^[^{]*(\{.*\}).*$/, '$1'));
  let found = await counted();
  while (found.length < hosts.length) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    found = await counted();
  }
  assert.deepEqual([...found].sort(), hosts.map((line) => line.replace(/^[^{]*(\{.*\}).*$/, '$1')).sort());
  assert.deepEqual(
    readdirSync(folder).sort(),
    Array.from({ length: count }, (_, at) => `shard-${at + 1}-of-${count}`),
  );
});

test('hosts that share an agent are in one part, which counts their energy once', async (t) => {
  const { one, parts } = await startParts(t, [], { agentUrlOf: (url) => url.replace('{id}', '1') });
  const joulesOf = async (exporter: ExporterProcess): Promise<readonly string[]> =>
    samplesOf(await get(exporter))
      .filter((line) => /^opennebula_host_energy_joules_total\{/.test(line))
      .map((line) => line.replace(/\} .*$/, '}'));
  let whole = await joulesOf(one);
  while (whole.length === 0) whole = await joulesOf(one);
  let found: readonly string[] = [];
  while (found.length < whole.length) found = (await Promise.all(parts.map(joulesOf))).flat();
  assert.deepEqual([...found].sort(), [...whole].sort());
});

test('each pushes its own VMs, writes the templates of its own hosts, and has both on its page of power', async (t) => {
  const monitord = await startMonitord();
  t.after(monitord.close);
  const written: number[] = [];
  const { one, parts } = await startParts(t, ['--no-collector.energy'], {
    partFlags: [
      '--monitoring.push',
      '--monitoring.interval=1h',
      `--monitoring.address=${monitord.address}`,
      '--monitoring.config-file=/nowhere/monitord.conf',
      '--scheduler.attributes',
    ],
    answer(method, [id]) {
      if (method !== 'one.host.update') return undefined;
      written.push(Number(id));
      return { document: String(id) };
    },
  });
  const idsOn = async (exporter: ExporterProcess, what: 'vms' | 'hosts'): Promise<readonly number[]> => {
    for (;;) {
      const document = JSON.parse(await get(exporter, '/power.json?size=200'));
      if (document.problem === null) return document[what].map(({ id }: { id: number }) => id);
    }
  };
  for (const what of ['vms', 'hosts'] as const) {
    const all: number[] = [];
    for (const part of parts) all.push(...(await idsOn(part, what)));
    assert.deepEqual(all.sort(), [...(await idsOn(one, what))].sort());
  }
  const hosts = await idsOn(one, 'hosts');
  while (new Set(written).size < hosts.length) await get(parts[0] ?? one);
  assert.deepEqual([...written].sort(), [...hosts].sort());
  const pushedBy = async (part: ExporterProcess): Promise<number> => {
    for (;;) {
      const vms = familyOf(await get(part), 'opennebula_monitoring_pushed_vms')[''] ?? 0;
      if (vms > 0) return vms;
    }
  };
  const counts: number[] = [];
  for (const part of parts) counts.push(await pushedBy(part));
  const pushed = monitord.received.flatMap(({ vms }) => [...vms.keys()]);
  assert.ok(pushed.length > 100, `${pushed.length} VMs pushed`);
  assert.equal(new Set(pushed).size, pushed.length);
  assert.equal(
    counts.reduce((sum, vms) => sum + vms, 0),
    pushed.length,
  );
});

test('a part that does not exist is refused', async () => {
  for (const shard of ['0/5', '6/5', '2', '2/5/1', '-1/5'])
    await assert.rejects(startExporter({ endpoint: 'http://127.0.0.1:1/RPC2', flags: [`--shard=${shard}`] }));
});
