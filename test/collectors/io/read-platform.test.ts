/** A central Telegraf that is asked, and the supply factor from what the hosts' own agents say. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { powerAgents } from '../../../collectors/agents/agents.ts';
import type { AgentAnswer } from '../../../collectors/collector.ts';
import { createPlatformMemory } from '../../../collectors/io/agent-memory.ts';
import { createPlatformReader } from '../../../collectors/io/read-platform.ts';
import { hostShape, parseHost } from '../../../lib/one/host.ts';
import { microwatts, watts } from '../../../lib/units/units.ts';
import { defaultSettings } from '../../support/documents.ts';
import { repositoryPath } from '../../support/expected.ts';
import { httpAnswer, startRawServer } from '../../support/raw-server.ts';
import { readObjects } from '../../support/recordings.ts';

const hosts = readObjects(
  Buffer.from(
    '<HOST_POOL><HOST><ID>5</ID><NAME>kvm5</NAME><TEMPLATE><POWER_BMC>192.0.2.12</POWER_BMC></TEMPLATE></HOST></HOST_POOL>',
  ),
  'HOST',
  hostShape,
  parseHost,
);
const rapl = (watts: number): AgentAnswer => ({
  agent: 'scaphandre',
  verdict: {
    sound: true,
    version: '',
    reading: { method: undefined, domains: undefined, hostPower: microwatts(watts * 1e6), isDoubtful: false },
  },
});

test('a host whose agent reads the meter of the machine has no supply factor', async () => {
  const { verdict, ...own } = rapl(220);
  assert.ok(verdict.sound);
  const answer: AgentAnswer = {
    ...own,
    verdict: { ...verdict, reading: { ...verdict.reading, isNotOfProcessors: true } },
    platform: [{ source: 'dcmi', watts: watts(220), bmcNames: [] }],
  };
  const read = createPlatformReader({
    memory: createPlatformMemory(),
    agents: powerAgents,
    settings: defaultSettings,
    now: () => performance.now(),
    onChange: () => undefined,
    onSharedBmc: () => undefined,
  });
  const known = await read(hosts, new Map([[5, [answer]]]));
  assert.deepEqual(known.get(5)?.reading, answer.platform?.[0]);
  assert.equal(known.get(5)?.factor, 'host_power_unknown');
});

test('an agent beside the one that reads the meter of the machine makes no supply factor', async () => {
  const { verdict, ...own } = rapl(280);
  assert.ok(verdict.sound);
  const ofMachine: AgentAnswer = {
    ...own,
    agent: 'onepower',
    verdict: { ...verdict, reading: { ...verdict.reading, isNotOfProcessors: true } },
    platform: [{ source: 'dcmi', watts: watts(280), bmcNames: [] }],
  };
  let at = 0;
  const read = createPlatformReader({
    memory: createPlatformMemory(),
    agents: powerAgents,
    settings: defaultSettings,
    now: () => at,
    onChange: () => undefined,
    onSharedBmc: () => undefined,
  });
  for (; at < 3_600_000; at += 60_000) {
    const known = await read(hosts, new Map([[5, [ofMachine, rapl(200)]]]));
    assert.equal(known.get(5)?.factor, 'host_power_unknown');
  }
});

test('a central Telegraf tells the power of a host; when it does not answer any more, the host has none', async (t) => {
  const page = readFileSync(repositoryPath('test/fixtures/telegraf/ipmi-lan-two-servers.prom'));
  let answers = true;
  const server = await startRawServer(() => ({
    bytes: answers ? httpAnswer('200 OK', page) : httpAnswer('503 Service Unavailable', ''),
  }));
  t.after(server.close);
  let offset = 0;
  const changes: string[] = [];
  const read = createPlatformReader({
    memory: createPlatformMemory(),
    agents: powerAgents,
    settings: { ...defaultSettings, 'power.platform-url': [`http://127.0.0.1:${server.port}/metrics`] },
    now: () => performance.now() + offset,
    onChange: (_, { platform }) => changes.push(String(platform?.length)),
    onSharedBmc: () => undefined,
  });
  const first = await read(hosts, new Map([[5, [rapl(110)]]]));
  assert.deepEqual(first.get(5)?.reading, { source: 'dcmi', watts: 220, bmcNames: ['192.0.2.12'] });
  assert.equal(first.get(5)?.factor, 2);
  offset += 6000;
  const second = await read(hosts, new Map([[5, [rapl(330)]]]));
  assert.equal(second.get(5)?.factor, 1);
  answers = false;
  offset += 6000;
  assert.equal((await read(hosts, new Map())).size, 0);
  assert.equal(changes.length, 3);
});

test('hosts that claim one BMC are told once, and again when they claim it anew', async () => {
  const told: string[] = [];
  const read = createPlatformReader({
    memory: createPlatformMemory(),
    agents: powerAgents,
    settings: defaultSettings,
    now: () => performance.now(),
    onChange: () => undefined,
    onSharedBmc: (bmc, names) => told.push(`${bmc}: ${names.join()}`),
  });
  const shared: AgentAnswer = {
    ...rapl(100),
    platform: [{ source: 'dcmi', watts: watts(220), bmcNames: ['192.0.2.12'] }],
  };
  const twins = hosts.flatMap((host) => [host, { ...host, id: 6, name: 'kvm6' }]);
  const both = new Map([5, 6].map((id) => [id, [shared]]));
  for (const agents of [both, both, new Map([[5, [shared]]]), both]) await read(twins, agents);
  assert.deepEqual(told, ['192.0.2.12: kvm5,kvm6', '192.0.2.12: kvm5,kvm6']);
  const known = await read(twins, both);
  assert.deepEqual(known.get(6), { reading: { sharedBmc: '192.0.2.12' }, factor: undefined });
});

test('the supply factor outlasts a set of options: the next reader goes on with what was measured', async (t) => {
  const page = readFileSync(repositoryPath('test/fixtures/telegraf/ipmi-lan-two-servers.prom'));
  const server = await startRawServer(() => ({ bytes: httpAnswer('200 OK', page) }));
  t.after(server.close);
  const memory = createPlatformMemory();
  const startAt = (ms: number, known = memory) =>
    createPlatformReader({
      memory: known,
      agents: powerAgents,
      settings: { ...defaultSettings, 'power.platform-url': [`http://127.0.0.1:${server.port}/metrics`] },
      now: () => ms,
      onChange: () => undefined,
      onSharedBmc: () => undefined,
    });
  const before = await startAt(0)(hosts, new Map([[5, [rapl(110)]]]));
  assert.equal(before.get(5)?.factor, 2);
  const next = new Map([[5, [rapl(330)]]]);
  // Twice 220 W of the machine, 110 W and 330 W of its processors.
  assert.equal((await startAt(6000)(hosts, next)).get(5)?.factor, 1);
  assert.equal((await startAt(6000, createPlatformMemory())(hosts, next)).get(5)?.factor, 'below_one');
});
