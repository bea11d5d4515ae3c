/** Dashboards and rules speak of metrics that there are; that they can be evaluated is shown in test/system. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { load } from 'js-yaml';
import { collectors } from '../../collectors/collectors.ts';
import { dashboards } from '../../prometheus-patches/dashboards/dashboards.ts';
import { repositoryPath } from '../support/expected.ts';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { record?: string; alert?: string; expr: string }[];
  }[];
}
interface Dashboard {
  readonly id: null;
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly {
    id: number;
    gridPos: { x: number; y: number; w: number; h: number };
    targets?: readonly { expr: string; legendFormat?: string }[];
  }[];
  readonly templating: { readonly list: readonly { name: string; query: string }[] };
}

const rules = (
  load(readFileSync(repositoryPath('prometheus-patches/rules/opennebula-extensions.yml'), 'utf8')) as Rules
).groups.flatMap((group) => group.rules);
/** As they are written to files. */
const made: readonly (readonly [string, Dashboard])[] = [...dashboards].map(([file, make]) => [
  file,
  JSON.parse(JSON.stringify(make())),
]);
const families = new Map(
  collectors.flatMap((collector) => collector.families.map(({ name, labels }) => [name, labels] as const)),
);
const recorded = new Set(rules.map(({ record }) => record));

const metricsIn = (expression: string): readonly string[] =>
  [...expression.replaceAll(/\[.*?\]/g, '').matchAll(/[a-z]+:[\w:]+|\bopennebula_\w+/g)].map(
    ([name]) => name,
  );

test('every metric of an expression is one of ours or recorded', () => {
  const expressions = [
    ...rules.map(({ expr }) => expr),
    ...made.flatMap(([, { panels }]) =>
      panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ),
    ...made.flatMap(([, { templating }]) => templating.list.map(({ query }) => query)),
  ];
  const used = expressions.flatMap(metricsIn);
  assert.ok(used.length > 20);
  const ofEachScrape = new Set([
    'opennebula_up',
    ...['success', 'duration_seconds', 'age_seconds'].map((what) => `opennebula_scrape_collector_${what}`),
  ]);
  for (const name of used)
    assert.ok(families.has(name) || recorded.has(name) || ofEachScrape.has(name), name);
});

test('a legend that has a host or a VM has its zone before it, where series have one', () => {
  const targets = made.flatMap(([, { panels }]) => panels.flatMap(({ targets: all = [] }) => all));
  const ofOne = targets.filter(({ legendFormat }) => /one_(?:host|vm)_id/.test(legendFormat ?? ''));
  assert.ok(ofOne.length > 15);
  for (const { expr, legendFormat } of ofOne) {
    assert.match(legendFormat ?? '', /^\{\{zone\}\}/);
    assert.match(expr, /^label_replace\(.*, "zone", "zone \$1, ", "one_zone_id", "\(\.\+\)"\)$/);
  }
});

for (const [file, { panels, templating, ...dashboard }] of made) {
  test(`${file}: panels do not overlap, and have ids of their own`, () => {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)}/${y + Math.floor(at / w)}`),
    );
    assert.equal(new Set(cells).size, cells.length);
    assert.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24));
  });

  test(`${file}: where nothing is known, no query says 0, and no counter that wraps is taken for one`, () => {
    for (const { targets = [] } of panels)
      for (const { expr } of targets) assert.doesNotMatch(expr, /\bvector\(|kepler_node_cpu_joules_total/);
  });

  test(`${file}: whatever it uses of variables is defined, and of data sources none is fixed`, () => {
    const defined = new Set(['1', ...templating.list.map(({ name }) => name)]);
    const text = JSON.stringify({ panels, templating });
    const used = [...text.matchAll(/\$\{?(?!__)(\w+)/g)].map(([, name]) => name ?? '');
    assert.ok(used.length > 0);
    for (const name of used) assert.ok(defined.has(name), name);
    for (const [, uid] of text.matchAll(/"uid":"(.*?)"/g)) assert.equal(uid, `\${DS_PROMETHEUS}`);
  });

  test(`${file}: it can be imported, and an upgrade finds it again`, () => {
    assert.equal(dashboard.id, null);
    assert.equal(made.filter(([, other]) => other.uid === dashboard.uid).length, 1);
    assert.equal(made.filter(([, other]) => other.title === dashboard.title).length, 1);
  });
}
