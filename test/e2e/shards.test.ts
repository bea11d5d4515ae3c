/** Five exporters that share a cloud, against one that has it alone: real processes, with VMs that migrate. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { simulate } from '../../simulator/simulate.ts';
import { type ExporterProcess, get, startExporter } from '../support/exporter.ts';
import { temporaryFolder } from '../support/temporary.ts';

const count = 5;

interface Parts {
  readonly one: ExporterProcess;
  readonly parts: readonly ExporterProcess[];
  readonly folder: string;
}

const startParts = async (t: TestContext, flags: readonly string[]): Promise<Parts> => {
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
      flags: [`--power.agent-url=${simulation.agentUrl}`, '--no-collector.server', ...flags, ...more],
    });
    started.push(exporter);
    return exporter;
  };
  const one = await start([`--energy.directory=${temporaryFolder(t)}`]);
  const parts: ExporterProcess[] = [];
  for (let number = 1; number <= count; number += 1)
    parts.push(await start([`--shard=${number}/${count}`, `--energy.directory=${folder}`]));
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

test('a part that does not exist is refused', async () => {
  for (const shard of ['0/5', '6/5', '2', '2/5/1', '-1/5'])
    await assert.rejects(startExporter({ endpoint: 'http://127.0.0.1:1/RPC2', flags: [`--shard=${shard}`] }));
});
