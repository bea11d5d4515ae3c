/** Two pages of the agent itself, which has watched a host whose energy is known. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { PowerVerdict } from '../../../collectors/agents/agent.ts';
import type { HostModel } from '../../../lib/power-model/power-model.ts';
import { readAgentPages } from '../../support/agent-pages.ts';
import { madeAgent } from '../../support/made-agent.ts';
import type { MadeLoad } from '../../support/made-energy.ts';

/** What is made of pages that come one after another. */
const judge = (pages: readonly string[], pieceSize = 4096): readonly PowerVerdict[] =>
  readAgentPages(pages, { pieceSize }).map(({ agent, verdict }) => {
    assert.equal(agent?.name, 'onepower');
    return verdict;
  });
const watts = (microwatts: number): number => Math.round(microwatts / 1e4) / 100;
const shown = (verdict: PowerVerdict | undefined): unknown => {
  if (verdict?.sound !== true) return verdict?.reason;
  const { domains, hostPower } = verdict.reading;
  return {
    host: watts(hostPower ?? 0),
    vms: Object.fromEntries(
      (domains ?? []).map(({ name, power }) => [
        name.replace('one-', ''),
        typeof power === 'number' ? watts(power) : power,
      ]),
    ),
  };
};

const half: MadeLoad = { vms: { 524: 4, 525: 2 }, other: 2 };

test('power is what the counters have moved by, from the second page on', () => {
  const agent = madeAgent();
  const pages = [agent(5, half), agent(15, half), agent(60, { vms: { 524: 2 } })];
  for (const size of [1, 7, 4096])
    assert.deepEqual(judge(pages, size).map(shown), [
      'first_reading',
      { host: 100, vms: { 524: 25, 525: 12.5 } },
      { host: 70, vms: { 524: 8.75, 525: 0 } },
    ]);
});

test('a host that loses or gains a CPU, or whose meter is another, has its first reading', () => {
  const agent = madeAgent();
  const pages = [agent(60, half), agent(15, half)];
  const [first = '', second = ''] = pages;
  const with15 = second.replace(/^onepower_host_cpus .*$/m, 'onepower_host_cpus 15');
  const other = second.replace('meter="rapl"', 'meter="hwmon"');
  for (const changed of [with15, other])
    assert.deepEqual(judge([first, changed]).map(shown), ['first_reading', 'first_reading']);
});

test('the same page twice, and an agent that begins anew, give no power', () => {
  const [first, second] = [madeAgent(), madeAgent()];
  const [one, two] = [first(5, half), first(15, half)];
  assert.deepEqual(judge([one, two, two, second(3, half)]).map(shown), [
    'first_reading',
    { host: 100, vms: { 524: 25, 525: 12.5 } },
    'no_process_power',
    'first_reading',
  ]);
});

test('a counter of one VM that begins anew costs that VM a sample', () => {
  const agent = madeAgent();
  const page = agent(5, half);
  const reset = agent(15, half).replace(/(onepower_vm_energy_joules_total\{domain="one-524".*\}) .*/, '$1 1');
  assert.deepEqual(shown(judge([page, reset])[1]), { host: 100, vms: { 524: 'first_reading', 525: 12.5 } });
});

test('energy that stands still, and an agent without a meter, are no 0 W', () => {
  const agent = madeAgent();
  const [page, later] = [agent(5, half), agent(15, half)];
  const joules = /^onepower_host_energy_joules_total .*$/m;
  const still = later.replace(joules, joules.exec(page)?.[0] ?? '');
  assert.equal(shown(judge([page, still])[1]), 'rapl_unreadable');
  const blind = madeAgent('none');
  assert.deepEqual(judge([blind(5, half), blind(15, half)]).map(shown), [
    'rapl_unreadable',
    'rapl_unreadable',
  ]);
});

test('energy that is unknown for a part of the time makes no power lower', () => {
  const agent = madeAgent();
  const first = agent(15, half);
  agent(7, { ...half, hidesEnergy: true });
  const second = agent(8, half);
  agent(5, half);
  const third = agent(10, { ...half, suspended: 600 });
  const wanted = { host: 100, vms: { 524: 25, 525: 12.5 } };
  assert.deepEqual(judge([first, second, third]).map(shown), ['first_reading', wanted, wanted]);
});

test('the page of an agent that does not tell for how long it has measured is read', () => {
  const agent = madeAgent();
  const pages = [agent(5, half), agent(15, half)].map((page) => page.replace(/^.*measured.*\n/gm, ''));
  assert.deepEqual(judge(pages).map(shown)[1], { host: 100, vms: { 524: 25, 525: 12.5 } });
});

test('an idle VM draws 0 W, one that has ended draws nothing that is known', () => {
  const made = madeAgent();
  const pages = [made(5, half), made(15, { vms: { 524: 4, 525: 0 } })];
  assert.deepEqual(shown(judge(pages)[1]), { host: 80, vms: { 524: 20, 525: 0 } });
  const ended = made(15, { ended: [525], vms: { 524: 4 } });
  assert.match(ended, /^onepower_vm_energy_joules_total\{domain="one-525"/m);
  assert.deepEqual(shown(judge([pages[1] ?? '', ended])[1]), { host: 80, vms: { 524: 20 } });
});

test('a VM that ends between two pages, and what it has used, are not its power', () => {
  const made = madeAgent();
  const pages = [made(5, half), made(10, half) && made(5, { ended: [525], vms: { 524: 4 } })];
  assert.deepEqual(Object.keys(Object(shown(judge(pages)[1])).vms), ['524']);
});

test('domains of any name are kept: which of them are VMs, their documents say', () => {
  const agent = madeAgent();
  const pages = [agent(5, half), agent(15, half)].map((page) => page.replaceAll('one-525"', 'other-525"'));
  assert.deepEqual(shown(judge(pages)[1]), { host: 100, vms: { 524: 25, 'other-525': 12.5 } });
});

test('what the agent has learnt of its host is told, unless it cannot be true', () => {
  const agent = madeAgent();
  let page = '';
  for (let time = 0; time < 120; time += 1) page = agent(5, { vms: { 524: (time * 7) % 15 } });
  const later = agent(15, half);
  const modelIn = (text: string) => {
    const verdict = judge([page, text])[1];
    return verdict?.sound === true ? verdict.reading.model : verdict?.reason;
  };
  const model = modelIn(later);
  assert.ok(typeof model === 'object');
  assert.ok(Math.abs((model.idleWatts ?? 0) - 60) < 1 && Math.abs((model.wattsPerCpu ?? 0) - 5) < 0.1);
  const withoutOne: Readonly<Record<string, HostModel | undefined>> = {
    idle_watts: { ...model, idleWatts: undefined },
    watts_per_cpu: { ...model, wattsPerCpu: undefined },
    model_error_ratio: undefined,
  };
  for (const [name, rest] of Object.entries(withoutOne)) {
    const sample = new RegExp(`^(onepower_host_${name}) .*$`, 'm');
    for (const value of ['-1', 'NaN', 'x'])
      assert.equal(modelIn(later.replace(sample, `$1 ${value}`)), undefined);
    assert.deepEqual(modelIn(later.replace(sample, '')), rest, 'the agent may know one without the other');
  }
});

test('what VMs have added is known only while the agent knows its host, whatever it has counted before', () => {
  const agent = madeAgent();
  let page = '';
  for (let time = 0; time < 120; time += 1) page = agent(5, { vms: { 524: (time * 7) % 15 } });
  const marginalIn = (text: string): readonly number[] => [
    ...(readAgentPages([text])[0]?.counters?.marginal?.values() ?? []),
  ];
  assert.ok((marginalIn(page)[0] ?? 0) > 0);
  const unknown = page.replace(/^onepower_host_(?:idle_watts|watts_per_cpu|model_error_ratio) .*\n/gm, '');
  assert.match(unknown, /^onepower_vm_marginal_energy_joules_total\{/m);
  assert.deepEqual(marginalIn(unknown), []);
});
