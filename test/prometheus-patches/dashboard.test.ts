/** Dashboard and rules speak of metrics that there are; that they can be evaluated is shown in test/system. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { load } from 'js-yaml';
import { collectors } from '../../collectors/collectors.ts';
import { repositoryPath } from '../support/expected.ts';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { record?: string; alert?: string; expr: string }[];
  }[];
}
interface Dashboard {
  readonly panels: readonly {
    id: number;
    title: string;
    gridPos: { x: number; y: number; w: number; h: number };
    targets?: readonly { expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { name: string; definition?: string }[] };
}

const rules = (
  load(readFileSync(repositoryPath('prometheus-patches/rules/opennebula-extensions.yml'), 'utf8')) as Rules
).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(
  readFileSync(repositoryPath('prometheus-patches/dashboards/power.json'), 'utf8'),
) as Dashboard;
const families = new Map(
  collectors.flatMap((collector) => collector.families.map(({ name, labels }) => [name, labels] as const)),
);
const recorded = new Set(rules.map(({ record }) => record));

const metricsIn = (expression: string): readonly string[] =>
  [...expression.matchAll(/(?<!\[)\b[a-z]+:[\w:]+|\bopennebula_\w+/g)].map(([name]) => name);

test('every metric of an expression is one of ours or recorded', () => {
  const expressions = [
    ...rules.map(({ expr }) => expr),
    ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...dashboard.templating.list.flatMap(({ definition }) => definition ?? []),
  ];
  const used = expressions.flatMap(metricsIn);
  assert.ok(used.length > 20);
  const ofEachScrape = new Set(['opennebula_scrape_collector_success']);
  for (const name of used)
    assert.ok(families.has(name) || recorded.has(name) || ofEachScrape.has(name), name);
});

test('panels do not overlap, and have ids of their own', () => {
  const { panels } = dashboard;
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)}/${y + Math.floor(at / w)}`),
  );
  assert.equal(new Set(cells).size, cells.length);
  assert.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24));
});

test('variables that are used are defined', () => {
  const defined = new Set(dashboard.templating.list.map(({ name }) => name));
  const used = [...JSON.stringify(dashboard).matchAll(/\$\{?(one_\w+|DS_\w+)/g)].map(
    ([, name]) => name ?? '',
  );
  assert.ok(used.length > 0);
  for (const name of used) assert.ok(defined.has(name), name);
});
