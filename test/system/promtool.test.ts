/** Prometheus' own checker reads our pages. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { get } from '../support/exporter.ts';
import { startSimulation } from '../support/simulation.ts';

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
