/** `oneext prometheus unpatch` as an operator runs it. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { startPrometheusLab, stockConfig } from '../../support/prometheus-lab.ts';

test('unpatch: takes ours away without asking OpenNebula, and once', async (t) => {
  const { config, folder, frontEnd, run, targets } = await startPrometheusLab(t);
  const stock = `rule_files: ['rules.yml'] # stock\n${stockConfig}`;
  writeFileSync(config, stock);
  writeFileSync(path.join(folder, 'opennebula-extensions.yml'), 'groups: []\n');
  assert.equal((await run('patch')).code, 0);
  const patchedText = readFileSync(config, 'utf8');
  frontEnd.calls.length = 0;

  const check = await run('unpatch', '--check');
  assert.equal(check.code, 10, check.stderr);
  assert.ok(
    check.stdout.includes(
      `would change:\njob sr_exporter (removed)\n  - ${targets}/vm-*.json\njob scaphandre`,
    ),
    check.stdout,
  );
  assert.match(check.stdout, /rule_files\n {2}- opennebula-extensions\.yml\n$/);
  assert.equal(readFileSync(config, 'utf8'), patchedText);

  const done = await run('unpatch');
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /The old file is .*\.bak\nopennebula-prometheus\.service does not run\n$/);
  const left = readFileSync(config, 'utf8');
  assert.ok(left.startsWith(stock));
  assert.doesNotMatch(left, /sr_exporter|scaphandre|opennebula-extensions/);
  assert.match(left, /job_name: node_exporter/);
  assert.equal(readFileSync(path.join(folder, 'checked.yml'), 'utf8'), left, 'promtool has seen it');
  assert.match((await run('unpatch')).stdout, /nothing to change/);
  assert.deepEqual(frontEnd.calls, []);

  writeFileSync(config, 'scrape_configs: [\n');
  const refused = await run('unpatch');
  assert.equal(refused.code, 78);
  assert.match(refused.stderr, /PROMETHEUS_CONFIG_UNEDITABLE/);
});
