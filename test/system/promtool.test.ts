/** Prometheus' own checker reads our pages. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { get } from '../support/exporter.ts';
import { startSimulation } from '../support/simulation.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Names that we were given: gauges that end in `_total`, and a unit that is not a base unit. */
const given =
  /^opennebula_(?:host|datastore|vm)_total non-counter metrics should not have "_total" suffix$|^opennebula_vm_power_consumption_uW /;

/** What promtool has to say besides the names that we were given. */
const complaintsAbout = (page: string): readonly string[] => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: page,
    encoding: 'utf8',
  });
  assert.ok(status === 0 || status === 3, `promtool could not read the page: ${stderr}`);
  return `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !given.test(line));
};

test('promtool has nothing to say of the page of a recorded cloud but what is given', () => {
  const page = readFileSync(repositoryPath('test/e2e/expected-page.prom'), 'utf8');
  assert.deepEqual(complaintsAbout(page), []);
  assert.notDeepEqual(
    complaintsAbout(`${page}x{\n`.replace('x{', 'bad_total 1\n# TYPE Bad gauge\nBad 1')),
    [],
  );
});

test('nor of the whole page of a running exporter', async (t) => {
  const exporter = await startSimulation(t);
  assert.deepEqual(complaintsAbout(await get(exporter)), []);
});

/** Samples of an hour, four a minute: 10 W, counted by front-end a for 30 minutes and by b after a minute more. */
const ofLeaders = (first: number, second: number) =>
  [
    { instance: 'a', values: `${first}+150x120 stale` },
    { instance: 'b', values: `_x124 ${second}+150x120` },
  ].map(({ instance, values }) => ({
    series: `opennebula_vm_energy_joules_total{one_vm_id="1",instance="${instance}"}`,
    values,
  }));

test('the query of docs/energy.md for an hour with two leaders has both parts, once', (t) => {
  const document = readFileSync(repositoryPath('docs/energy.md'), 'utf8');
  const expr = /```promql\n([^`]+)```/.exec(document)?.[1] ?? '';
  const file = path.join(temporaryFolder(t), 'leaders.json');
  const hour = (second: number, joules: number) => ({
    interval: '15s',
    input_series: ofLeaders(100_000, second),
    promql_expr_test: [
      {
        expr: `round((${expr}) * 3.6e6)`,
        eval_time: '1h',
        exp_samples: [{ labels: '{one_vm_id="1"}', value: joules }],
      },
    ],
  });
  // The second leader goes on from where the first was, or from a copy that is 1000 J older.
  const tests = [hour(118_600, 36_000), hour(117_600, 35_000)];
  writeFileSync(file, JSON.stringify({ evaluation_interval: '1m', tests }));
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
  assert.equal(status, 0, `${stdout}${stderr}`);
});
