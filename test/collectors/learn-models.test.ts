/** Hosts of 16 CPUs that draw 60 W when they are idle, and 5 W more for each busy CPU. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { PowerReading, PowerVerdict } from '../../collectors/agents/agent.ts';
import type { Documents } from '../../collectors/collector.ts';
import { hostModelCollector } from '../../collectors/host-model.ts';
import { formatLearntHosts, parseLearntHosts } from '../../collectors/kept-models.ts';
import { type LearntHost, learnModels, modelsOf } from '../../collectors/learn-models.ts';
import { encodeFamilies } from '../../lib/prometheus/exposition.ts';
import { microwatts } from '../../lib/units/units.ts';
import { readAgentPages } from '../support/agent-pages.ts';
import { defaultSettings, emptyDocuments } from '../support/documents.ts';
import { familyOf } from '../support/samples.ts';

const host = (id: number, cpus = 16, name = `kvm${id}`) => ({ id, name, cpuTotal: cpus * 100 });
const sound = (reading: Partial<PowerReading>): PowerVerdict => ({
  sound: true,
  version: '1',
  reading: { method: undefined, domains: undefined, hostPower: undefined, isDoubtful: false, ...reading },
});
const answers = (verdict: PowerVerdict): Documents['agents'] =>
  new Map([[0, [{ agent: 'scaphandre', verdict }]]]);
const busy = (cpus: number): Documents['agents'] => {
  const power = microwatts((60 + 5 * cpus) * 1e6);
  return answers(sound({ hostPower: power, use: { busyRatio: cpus / 16, microwatts: power } }));
};

/** What is known after all these answers. */
const afterAll = (all: readonly Documents['agents'][], hosts = [host(0)]) => {
  let learnt: ReadonlyMap<number, LearntHost> = new Map();
  for (const each of all) learnt = learnModels(learnt, hosts, each);
  return modelsOf(learnt);
};
const rounds = Array.from({ length: 100 }, (_, at) => busy((at * 7) % 15));

test('a host is learnt from an agent that tells its use and its power', () => {
  assert.deepEqual(afterAll(rounds.slice(0, 40)), new Map(), 'a few answers determine nothing');
  const model = afterAll(rounds).get(0);
  assert.ok(model !== undefined);
  assert.ok(Math.abs((model.idleWatts ?? 0) - 60) < 0.5 && Math.abs((model.wattsPerCpu ?? 0) - 5) < 0.05);
});

test('an answer that is seen again teaches nothing', () => {
  const few = rounds.slice(0, 12);
  assert.deepEqual(afterAll(few.flatMap((each) => Array.from({ length: 10 }, () => each))), new Map());
});

test('what an agent has learnt itself is taken as it is', () => {
  const model = { idleWatts: 80, wattsPerCpu: 3, errorRatio: 0.01 };
  assert.deepEqual(afterAll([answers(sound({ model }))]), new Map([[0, model]]));
});

test('what an agent has learnt itself holds for as long as the agent says so', () => {
  const told = answers(sound({ model: { idleWatts: 60, wattsPerCpu: 5, errorRatio: 0.01 } }));
  assert.deepEqual(afterAll([told, answers(sound({}))]), new Map(), 'it measures by another meter now');
  assert.deepEqual(afterAll([told, busy(4)]), new Map(), 'another agent answers now');
  assert.deepEqual(afterAll([...rounds, told, answers(sound({}))]), new Map());
  assert.equal(afterAll([told, new Map([[0, []]])]).size, 1, 'no agent answers');
  assert.equal(afterAll([...rounds, answers(sound({}))]).size, 1, 'what was learnt here is kept');
});

test('a host with another number of CPUs is learnt anew, one that is not asked is forgotten', () => {
  let learnt: ReadonlyMap<number, LearntHost> = new Map();
  for (const each of rounds) learnt = learnModels(learnt, [host(0)], each);
  assert.deepEqual(modelsOf(learnModels(learnt, [host(0, 32)], busy(1))), new Map());
  assert.deepEqual(modelsOf(learnModels(learnt, [host(0)], new Map())), new Map());
  assert.deepEqual(modelsOf(learnModels(learnt, [], busy(1))), new Map());
});

test('what was learnt is known after a start, before anything is observed and while no agent answers', () => {
  let learnt: ReadonlyMap<number, LearntHost> = new Map();
  for (const each of rounds) learnt = learnModels(learnt, [host(0)], each);
  const kept = parseLearntHosts(formatLearntHosts(learnt));
  assert.ok(kept !== undefined);
  assert.deepEqual(modelsOf(kept), modelsOf(learnt));
  assert.equal(modelsOf(learnModels(kept, [host(0)], new Map([[0, []]]))).size, 1);
  assert.equal(modelsOf(learnModels(kept, [host(0)], busy(4))).size, 1);
  assert.equal(kept.get(0)?.use, undefined);
});

test('what was learnt is not that of another host, which has the number now', () => {
  let learnt: ReadonlyMap<number, LearntHost> = new Map();
  for (const each of rounds) learnt = learnModels(learnt, [host(0)], each);
  const kept = parseLearntHosts(formatLearntHosts(learnt)) ?? new Map();
  for (const other of [host(0, 16, 'other'), host(0, 32), host(1)])
    assert.deepEqual(modelsOf(learnModels(kept, [other], busy(4))), new Map());
});

test('what an agent has learnt itself is not kept: the agent tells it again', () => {
  const told = answers(sound({ model: { idleWatts: 60, wattsPerCpu: 5, errorRatio: 0.01 } }));
  const learnt = learnModels(new Map(), [host(0)], told);
  assert.deepEqual(parseLearntHosts(formatLearntHosts(learnt)), new Map());
});

test('what is no such document is none', () => {
  const whole = formatLearntHosts(learnModels(new Map(), [host(0)], busy(4)));
  assert.equal(parseLearntHosts(whole)?.size, 1);
  for (let end = 0; end < whole.length - 1; end += 1)
    assert.equal(parseLearntHosts(whole.slice(0, end)), undefined);
  for (const [a, b] of [
    ['"version":1', '"version":2'],
    ['"id":0', '"id":-1'],
    ['"name":"kvm0"', '"name":7'],
    ['"observed":1', '"observed":"1"'],
    ['"levels":[[', '"levels":[["x",'],
    ['"hosts":[', '"hosts":[7,'],
  ] as const)
    assert.equal(parseLearntHosts(whole.replace(a, b)), undefined, b);
});

test('each host that is known has its three samples', () => {
  const hostModels = new Map([[7, { idleWatts: 60, wattsPerCpu: 5, errorRatio: 0.01 }]]);
  const page = encodeFamilies(
    hostModelCollector.collect({ ...emptyDocuments, hostModels }, defaultSettings),
    'prometheus',
  ).toString();
  for (const [name, value] of [
    ['idle_watts', 60],
    ['watts_per_cpu', 5],
    ['model_error_ratio', 0.01],
  ] as const)
    assert.deepEqual(familyOf(page, `opennebula_host_${name}`), { '{one_host_id="7"}': value });
});

test("Scaphandre's page tells how busy its host was", () => {
  const process = (pid: number, watts: number): string =>
    `scaph_process_power_consumption_microwatts{exe="x",pid="${pid}",cmdline="x"} ${watts * 1e6}\n`;
  const page = `${process(1, 20)}${process(2, 5)}scaph_socket_power_microwatts{socket_id="0"} 100000000
scaph_host_power_microwatts 100000000\nscaph_host_energy_microjoules 5\nscaph_self_version 1.0\n`;
  const verdict = readAgentPages([page])[0]?.verdict;
  assert.ok(verdict?.sound === true, JSON.stringify(verdict));
  assert.deepEqual(verdict.reading.use, { busyRatio: 0.25, microwatts: 100e6 });
});
