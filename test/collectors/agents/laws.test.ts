/** What holds of every page of every agent, however it was cut or mixed on its way. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import type { PowerVerdict } from '../../../collectors/agents/agent.ts';
import { readAgentPage, readAgentPages } from '../../support/agent-pages.ts';
import { repositoryPath } from '../../support/expected.ts';
import { madeAgent } from '../../support/made-agent.ts';

const read = (name: string): string => readFileSync(repositoryPath('test/fixtures', name), 'latin1');

const powersOf = (verdict: PowerVerdict): ReadonlyMap<string, number> =>
  new Map(
    (verdict.sound ? (verdict.reading.domains ?? []) : []).flatMap(({ name, power }) =>
      typeof power === 'number' ? [[name, power] as const] : [],
    ),
  );
const sumOf = (verdict: PowerVerdict): number =>
  [...powersOf(verdict).values()].reduce((sum, power) => sum + power, 0);
const hostPowerOf = (verdict: PowerVerdict): number =>
  verdict.sound ? (verdict.reading.hostPower ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;

const scaphandrePages = [
  'agents/slow-walk-2-scaphandre-1.0.0.prom',
  'agents/slow-walk-2-scaphandre-1.0.2-debian.prom',
  'agents/slow-walk-2-scaphandre-1.0.3-debian-inflated.prom',
  'agents/side-3-scaphandre-1.0.3.prom',
  'made-host/half-2-scaphandre-1.0.0.prom',
].map(read);
/** Two pages of an agent that counts, and when they were read. */
const keplerPages = ['half', 'lone', 'short-lived'].map((name) =>
  [1, 2].map((at) => read(`made-host/${name}-${at}-kepler-v0.11.4.prom`)),
);

test('law: on every recorded page that is sound, the VMs draw no more than their host', () => {
  for (const folder of ['agents', 'kepler', 'made-host', 'node-exporter', 'telegraf']) {
    const names = readdirSync(repositoryPath('test/fixtures', folder)).filter((name) =>
      name.endsWith('.prom'),
    );
    for (const name of names) {
      const page = read(`${folder}/${name}`);
      for (const { verdict } of readAgentPages([page, page]))
        assert.ok(sumOf(verdict) <= hostPowerOf(verdict) * 1.1, name);
    }
  }
});

test('law: a page of Scaphandre that is cut at any byte is never sound with a wrong value', () => {
  for (const page of scaphandrePages) {
    const whole = readAgentPage(page);
    const known = powersOf(whole);
    const anyEnd = fc.oneof(
      fc.integer({ min: 0, max: page.length }),
      fc.integer({ min: page.length - 3000, max: page.length }),
    );
    fc.assert(
      fc.property(anyEnd, (end) => {
        const verdict = readAgentPage(page.slice(0, end));
        if (!verdict.sound) return;
        assert.ok(whole.sound, 'what is not sound as a whole is not sound in part');
        for (const [name, power] of powersOf(verdict)) assert.equal(power, known.get(name));
        const { hostPower, isDoubtful } = verdict.reading;
        if (hostPower !== undefined) assert.equal(hostPower, whole.reading.hostPower);
        assert.equal(isDoubtful, whole.reading.isDoubtful);
      }),
      { numRuns: 60 },
    );
  }
});

test('law: a page of Kepler that is cut at any byte is never sound with a wrong value', () => {
  for (const pages of keplerPages) {
    const [first = '', second = ''] = pages;
    const known = powersOf(readAgentPages(pages)[1]?.verdict ?? readAgentPage(''));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: second.length }), (end) => {
        const verdict = readAgentPages([first, second.slice(0, end)])[1]?.verdict;
        if (verdict?.sound !== true) return;
        for (const [name, power] of powersOf(verdict)) assert.equal(power, known.get(name));
      }),
      { numRuns: 60 },
    );
  }
});

test("law: a page of our own agent that is cut at any byte is never sound with a wrong value, and loses no VM's counter", () => {
  const agent = madeAgent();
  const load = { vms: { 524: 4, 525: 2 }, other: 2 };
  const [first, second] = [agent(20, load), agent(15, load)];
  const known = powersOf(readAgentPages([first, second])[1]?.verdict ?? readAgentPage(''));
  for (let end = 0; end < second.length; end += 1) {
    const [, { verdict, counters } = { verdict: readAgentPage(''), counters: undefined }] = readAgentPages([
      first,
      second.slice(0, end),
    ]);
    assert.ok(!verdict.sound, `cut at ${end}`);
    assert.ok(counters === undefined || counters.domains.size === known.size);
  }
});

/** Line by line from one or the other, as long as both last; then what is left of the longer one. */
const mix = (one: string, other: string, choices: readonly boolean[]): string => {
  const [a, b] = [one.split('\n'), other.split('\n')];
  const length = Math.max(a.length, b.length);
  return Array.from({ length }, (_, at) => (choices[at % choices.length] === true ? a[at] : b[at]) ?? '')
    .join('\n')
    .concat('\n');
};

/** Both pages on one, in pieces. */
const interleave = (one: string, other: string, choices: readonly boolean[]): string => {
  const [a, b] = [one.split('\n').slice(0, -1), other.split('\n').slice(0, -1)];
  const lines: string[] = [];
  for (let at = 0; a.length + b.length > 0; at += 1)
    lines.push(
      (choices[at % choices.length] === true ? a.shift() : b.shift()) ?? a.shift() ?? b.shift() ?? '',
    );
  return `${lines.join('\n')}\n`;
};

test('law: a page that is mixed line by line from two agents never raises a VM above both', () => {
  const choices = fc.array(fc.boolean(), { minLength: 5, maxLength: 200 });
  const scaphandre = ['half', 'lone', 'short-lived'].map((name) =>
    [1, 2].map((at) => read(`made-host/${name}-${at}-scaphandre-1.0.0.prom`)),
  );
  for (const [at, ofKepler] of keplerPages.entries()) {
    const ofScaphandre = scaphandre[at] ?? [];
    const alone = [ofKepler, ofScaphandre].map((pages) =>
      powersOf(readAgentPages(pages)[1]?.verdict ?? readAgentPage('')),
    );
    fc.assert(
      fc.property(choices, fc.constantFrom(mix, interleave), (chosen, combine) => {
        const mixed = [0, 1].map((page) => combine(ofKepler[page] ?? '', ofScaphandre[page] ?? '', chosen));
        const verdict = readAgentPages(mixed)[1]?.verdict ?? readAgentPage('');
        for (const [name, power] of powersOf(verdict)) {
          const most = Math.max(...alone.map((powers) => powers.get(name) ?? 0));
          assert.ok(power <= most * (1 + 1e-9), `${name} draws ${power} µW, and not ${most} µW`);
        }
        assert.ok(sumOf(verdict) <= hostPowerOf(verdict) * 1.1);
      }),
      { numRuns: 60 },
    );
  }
});

test('a Kepler older than 0.10 is told by its metrics, and not read', () => {
  const verdict = readAgentPage(
    'kepler_vm_core_joules_total{mode="dynamic",source="intel_rapl",vm_id="machine-qemu-1-one-5"} 12\n',
  );
  assert.deepEqual([verdict.sound, verdict.sound || verdict.reason], [false, 'no_power']);
});
