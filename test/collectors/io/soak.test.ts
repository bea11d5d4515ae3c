/** An hour of scrapes, by a clock that is passed in, while agents come and go: memory and descriptors stay as they are. */
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { writeHeapSnapshot } from 'node:v8';
import { collectors } from '../../../collectors/collectors.ts';
import { noTariffs } from '../../../collectors/grid/tariffs.ts';
import { createAgentMemories } from '../../../collectors/io/agent-memory.ts';
import { createEnergyAccounts, type EnergyAccounts } from '../../../collectors/io/energy-accounts.ts';
import { openKeptStates, writeKeptStates } from '../../../collectors/io/kept-states.ts';
import { createPartReader } from '../../../collectors/io/own-part.ts';
import { createScrape } from '../../../collectors/io/scrape.ts';
import { createSource } from '../../../collectors/io/source.ts';
import { createSources, type Sources } from '../../../collectors/io/sources.ts';
import { createXmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import { createLog } from '../../../lib/log/log.ts';
import { type Simulation, simulate, simulatedCredentials } from '../../../simulator/simulate.ts';
import { defaultSettings } from '../../support/documents.ts';
import { familyOf } from '../../support/samples.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const hosts = 5;
const intervalMs = 60_000;
/** Until then what is kept for a while fills up. */
const warmScrapes = 15;
const hourScrapes = 60;
const mostGrowth = 0.02;

/** Compiled code, what V8 knows of it, and its tables: they grow by chance. What a program keeps are objects besides. */
const ofEngine: ReadonlySet<string> = new Set(['code', 'hidden', 'object shape', 'array']);

interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[]];
    };
  };
  readonly nodes: readonly number[];
}

/** What all living objects take, by V8's own snapshot of the heap. As a stream it never ends on Node 20.11.0. */
const objectBytes = (folder: string): number => {
  const file = writeHeapSnapshot(path.join(folder, 'soak.heapsnapshot'));
  const { snapshot, nodes }: Snapshot = JSON.parse(readFileSync(file, 'utf8'));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, sizeAt] = [fields.indexOf('type'), fields.indexOf('self_size')];
  let sum = 0;
  for (let at = 0; at < nodes.length; at += fields.length)
    if (!ofEngine.has(types[0][nodes[at + typeAt] ?? 0] ?? '')) sum += nodes[at + sizeAt] ?? 0;
  return sum;
};
const descriptors = (): number => readdirSync('/proc/self/fd').length;

interface Clock {
  nowMs: number;
}

const startCloud = async (t: TestContext, clock: Clock): Promise<Simulation> => {
  const simulation = await simulate({
    hosts,
    vms: 40,
    // Accounts of VMs that have gone are kept for a week: here none goes.
    lifetimeSeconds: 360_000,
    migrationSeconds: 3600,
    processes: 20,
    port: 0,
    agentsPort: 0,
    still: false,
    agent: 'onepower',
    flapping: true,
    now: () => clock.nowMs,
  });
  t.after(simulation.close);
  return simulation;
};

/** The exporter but for its web server; each scrape ends when its energy has been counted. */
const startExporter = async (t: TestContext, clock: Clock, { endpoint, agentUrl }: Simulation) => {
  const folder = temporaryFolder(t);
  const now = (): number => clock.nowMs;
  const log = createLog({ level: 'error', format: 'logfmt', now: () => new Date(0), write: assert.fail });
  const settings = {
    ...defaultSettings,
    'power.agent-url': [agentUrl],
    'energy.directory': folder,
  };
  const signal = new AbortController().signal;
  setMaxListeners(0, signal);
  const credentials = async (): Promise<string> => simulatedCredentials;
  const client = createXmlRpcClient({
    endpoint: new URL(endpoint),
    credentials,
    totalTimeoutMs: 60_000,
    signal,
  });
  const kept = await openKeptStates({ folder, now, log });
  let onStep = (): void => undefined;
  const energy: EnergyAccounts = createEnergyAccounts({
    settings: () => settings,
    gpuIntervalMs: () => settings['power.monitoring-interval'],
    sources: () => sources,
    ownUrl: () => '',
    credentials,
    signal,
    now,
    wall: (ms) => ms,
    log,
    onStep: () => onStep(),
  });
  t.after(energy.close);
  const sources: Sources = createSources(settings, {
    client,
    log,
    now,
    signal,
    kept,
    readCountries: async () => new Map(),
    agentMemories: createAgentMemories(),
    tariffs: noTariffs,
    energy: energy.source,
    energyCopy: energy.copySource,
    carbonCounts: energy.carbonSource,
    monitoringPush: createSource({ read: async () => undefined, now, reuseMs: 0 }),
    onReading: () => energy.onReading(),
  });
  const scrape = createScrape({
    collectors: collectors.filter(({ name }) => name !== 'server'),
    sources,
    settings,
    readPart: createPartReader(sources.hosts, settings.shard, []),
    maxAgeMs: 60_000,
    now,
    log,
  });
  energy.start();
  return async (): Promise<string> => {
    const counted = new Promise<void>((resolve) => {
      onStep = resolve;
    });
    const { body, isComplete } = await scrape('prometheus', 60_000);
    await counted;
    await writeKeptStates(kept);
    assert.equal(isComplete, true);
    return Buffer.concat(body).toString();
  };
};

test('an hour of scrapes with agents that come and go leaves memory and descriptors flat', async (t) => {
  const clock: Clock = { nowMs: Date.UTC(2026, 0, 1) };
  const folder = temporaryFolder(t);
  const scrape = await startExporter(t, clock, await startCloud(t, clock));
  await scrape();
  const opened = descriptors();
  const scrapeTimes = async (count: number): Promise<string> => {
    let page = '';
    for (let at = 0; at < count; at += 1) {
      clock.nowMs += intervalMs;
      page = await scrape();
      assert.ok(descriptors() <= opened + 2 * hosts, `${descriptors()} descriptors, ${opened} before`);
    }
    return page;
  };
  await scrapeTimes(warmScrapes);
  const before = objectBytes(folder);
  const page = await scrapeTimes(hourScrapes);
  const growth = objectBytes(folder) / before - 1;
  t.diagnostic(`${before} bytes of objects, and ${(growth * 100).toFixed(2)} % more an hour later`);
  assert.ok(growth < mostGrowth, `objects take ${growth * 100} % more`);
  const results = Object.keys(familyOf(page, 'opennebula_power_agent_answers_total'));
  for (const result of ['ok', 'http_status', 'truncated', 'connection_failed', 'empty_body'])
    assert.ok(
      results.some((labels) => labels.includes(`result="${result}"`)),
      result,
    );
});
