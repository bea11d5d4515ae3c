/** The queries of docs/energy.md in a real Prometheus and a real VictoriaMetrics, against a made truth. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { load } from 'js-yaml';
import { repositoryPath } from '../support/expected.ts';
import { lastSecond, type MadePage, makePages, truth } from '../support/made-hour.ts';
import type { Sample } from '../support/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type Engine, startFilledPrometheus, startFilledVictoriaMetrics } from '../support/time-series.ts';

const tolerance = 0.02;
const engines = [
  ['Prometheus', startFilledPrometheus],
  ['VictoriaMetrics', startFilledVictoriaMetrics],
] as const;

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly { readonly record?: string; readonly expr: string }[];
  }[];
}
const records = (
  load(readFileSync(repositoryPath('prometheus-patches/rules/opennebula-extensions.yml'), 'utf8')) as RuleFile
).groups.flatMap(({ rules }) =>
  rules.flatMap(({ record, expr }) => (record === undefined ? [] : [{ record, expr }])),
);

/** With what our rules record in the place of its name. */
const inlined = (query: string): string =>
  records.reduceRight((text, { record, expr }) => text.replaceAll(record, `(${expr})`), query);

/** The queries of a table of docs/energy.md, in its order. */
const queriesBelow = (heading: string): readonly string[] => {
  const document = readFileSync(repositoryPath('docs/energy.md'), 'utf8');
  const section = document.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  return section.split('\n').flatMap((line) => {
    const cells = line.startsWith('|') ? line.split(/(?<!\\)\|/).slice(1, -1) : [];
    const query = cells.flatMap((cell) => /^ `([^`]+)` $/.exec(cell)?.[1] ?? []);
    return query.slice(0, 1);
  });
};

type Truth = Readonly<Record<string, number>>;
/** What each query of the first table must come to, by its one label. */
const truths: readonly (readonly [string, Truth])[] = [
  ['one_vm_id', truth.vmKwh],
  ['one_vm_owner', truth.ownerKwh],
  ['one_vm_id', truth.unmeasuredSeconds],
  ['one_vm_id', truth.vmGrams],
  ['one_host_id', truth.hostCost],
];
const whole = Object.values(truth.vmKwh).reduce((sum, one) => sum + one, 0);
/** What each query of the second table claims to be. */
const claims: readonly (readonly [string, Truth])[] = [
  ['one_vm_id', truth.vmKwh],
  ['one_vm_id', truth.vmKwh],
  ['', { '': whole }],
  ['one_vm_owner', truth.ownerKwh],
  ['one_vm_owner', truth.ownerKwh],
  ['one_host_id', truth.hostCost],
  ['', { '': truth.hostCost[0] }],
];

const valuesOf = (samples: readonly Sample[], label: string): Truth =>
  Object.fromEntries(samples.map(({ metric, value }) => [metric[label] ?? '', Number(value[1])]));

/** Those of which the value is not within the tolerance of the truth. */
const wrongIn = (values: Truth, wanted: Truth): readonly string[] =>
  Object.entries(wanted).flatMap(([name, value]) => {
    const got = values[name] ?? Number.NaN;
    return Math.abs(got - value) <= tolerance * value ? [] : [`${name}: ${got} instead of ${value}`];
  });

const tryQueries = async (engine: Engine, at: number): Promise<void> => {
  const [right, wrong] = [queriesBelow('Queries that are right'), queriesBelow('Queries that are wrong')];
  assert.deepEqual([right.length, wrong.length], [truths.length, claims.length]);
  for (const [index, query] of right.entries()) {
    const answer = await engine.query(inlined(query), at);
    assert.ok(typeof answer !== 'string', `${query}: ${answer}`);
    const [label = '', wanted = {}] = truths[index] ?? [];
    assert.deepEqual(wrongIn(valuesOf(answer, label), wanted), [], query);
  }
  for (const [index, query] of wrong.entries()) {
    const answer = await engine.query(inlined(query), at);
    const [label = '', wanted = {}] = claims[index] ?? [];
    const isWrong = typeof answer === 'string' || wrongIn(valuesOf(answer, label), wanted).length > 0;
    assert.ok(isWrong, `${query} is right: ${JSON.stringify(answer)}`);
  }
};

test('the query of docs/energy.md for an hour with two leaders is that of the rules', () => {
  const query =
    /```promql\n([^`]+)```/.exec(readFileSync(repositoryPath('docs/energy.md'), 'utf8'))?.[1] ?? '';
  const rule = records.find(({ record }) => record === 'vm:opennebula_vm_energy_kwh:increase1h');
  assert.equal(query.replaceAll(/\s+/g, ' ').trim(), rule?.expr.replaceAll(/\s+/g, ' ').trim());
});

/** Those of a leader alone: the first front-end leads for half of the hour, and the second after a minute more. */
const ofLeader = /^opennebula_(?:vm_energy|vm_unmeasured|vm_carbon|host_\w*energy_joules)/;
const withTwoLeaders = (pages: readonly MadePage[], halfMs: number): readonly MadePage[] =>
  pages.map(({ instance, at, text }) => {
    const leads = instance.startsWith('one-a') ? at <= halfMs : at > halfMs + 60_000;
    const lines = text.split('\n').filter((line) => leads || !ofLeader.test(line));
    return { instance, at, text: lines.join('\n') };
  });
/** What the rules come to, by their one label. */
const ruleTruths: Readonly<Record<string, readonly [string, Truth]>> = {
  'vm:opennebula_vm_energy_kwh:increase1h': ['one_vm_id', truth.vmKwh],
  'vm:opennebula_vm_unmeasured_seconds:increase1h': ['one_vm_id', truth.unmeasuredSeconds],
  'owner:opennebula_vm_energy_kwh:increase1h': ['one_vm_owner', truth.ownerKwh],
  'host:opennebula_host_energy_cost:increase1h': ['one_host_id', truth.hostCost],
};
const tryRules = async (engine: Engine, at: number): Promise<void> => {
  for (const [rule, [label, wanted]] of Object.entries(ruleTruths)) {
    const answer = await engine.query(inlined(rule), at);
    assert.ok(typeof answer !== 'string', `${rule}: ${answer}`);
    assert.deepEqual(wrongIn(valuesOf(answer, label), wanted), [], rule);
  }
};

test('what docs/energy.md calls right is within 2 % of the truth, and what it calls wrong is not', async (t) => {
  const folder = temporaryFolder(t);
  const end = Math.floor(Date.now() / 60_000) * 60 - 600;
  const pages = await makePages(path.join(folder, 'energy'), (end - lastSecond) * 1000);
  for (const [name, start] of engines)
    await t.test(name, async (engineTest) => {
      const home = path.join(folder, name);
      mkdirSync(home);
      await tryQueries(await start(engineTest, home, pages), end);
    });
  const led = withTwoLeaders(pages, (end - 1800) * 1000);
  for (const [name, start] of engines)
    await t.test(`${name}: the rules are right where the leader has changed`, async (engineTest) => {
      const home = path.join(folder, `${name}-two-leaders`);
      mkdirSync(home);
      await tryRules(await start(engineTest, home, led), end);
    });
});
