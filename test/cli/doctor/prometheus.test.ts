import assert from 'node:assert/strict';
import test from 'node:test';
import { judgePrometheus, type PrometheusFacts } from '../../../cli/doctor/prometheus.ts';
import { ruleNamesOf } from '../../../cli/doctor/prometheus-rules.ts';
import { denied, linesOf, missing } from '../../support/verdicts.ts';

const prometheusFacts: PrometheusFacts = {
  url: 'http://localhost:9090',
  targets: { value: [{ job: 'opennebula_exporter', url: 'u', isUp: true, error: '' }] },
  jobs: { value: ['sr_exporter', 'scaphandre'] },
  rules: { value: [{ name: 'a', error: '', isEvaluated: true }] },
  ownRules: ['a'],
  config: { path: '/p.yml', changes: { value: { changes: [], kept: [] } } },
  folder: { path: '/t', files: { value: { count: 0, mode: 0o755 } }, wrong: { value: [] } },
  unit: 'p.service',
};
const notOk = (facts: Partial<PrometheusFacts>) =>
  linesOf(judgePrometheus({ ...prometheusFacts, ...facts })).filter((line) => !line.startsWith('ok'));

test('each of its links', () => {
  assert.deepEqual(notOk({}), []);
  const down = { job: 'opennebula_exporter', url: 'u', isUp: false, error: 'connection refused' };
  assert.deepEqual(notOk({ targets: { value: [down] } }), ['error: its scrape fails: connection refused']);
  assert.deepEqual(
    notOk({ folder: { ...prometheusFacts.folder, files: { value: { count: 3, mode: 0o750 } } } }),
    ['error: has 3 target files, of which Prometheus sees none'],
  );
  assert.deepEqual(notOk({ rules: { value: [{ name: 'a', error: 'many-to-many', isEvaluated: true }] } }), [
    'error: the evaluation of the rule fails: many-to-many',
  ]);
  assert.deepEqual(notOk({ ownRules: ['a', 'b'] }), ['warning: has not loaded our rules b']);
  assert.deepEqual(notOk({ config: { path: '/p.yml', changes: { value: 'it has an anchor' } } }), [
    'warning: cannot be kept in line: it has an anchor',
  ]);
  assert.deepEqual(notOk({ config: { path: '/p.yml', changes: denied } }), [
    'warning: cannot tell as this user: EACCES: permission denied',
  ]);
});

test('D2-ok-without-a-comparison: what was not compared, or is not in line, is not ok', () => {
  const { folder, config } = prometheusFacts;
  assert.deepEqual(notOk({ folder: { ...folder, wrong: { value: [3, 7] } } }), [
    'warning: the target files of 2 VMs are not what the cloud says: VM 3, 7',
  ]);
  const silent = { problem: 'no end within 8000 ms', kind: 'late' } as const;
  assert.deepEqual(notOk({ folder: { ...folder, wrong: silent } }), [
    'skipped: 0 target files, not compared with the cloud: no end within 8000 ms',
  ]);
  const kept = ['job node_exporter is left as it is'];
  assert.deepEqual(notOk({ config: { ...config, changes: { value: { changes: [], kept } } } }), [
    'skipped: not compared with the cloud: job node_exporter is left as it is',
  ]);
  assert.deepEqual(notOk({ rules: { value: [{ name: 'a', error: '', isEvaluated: false }] } }), [
    'skipped: all 1 of our rules are loaded; 1 have not been evaluated yet',
  ]);
  const up = { job: 'opennebula_exporter', url: 'u', isUp: true, error: '' };
  const down = { job: 'sr_exporter', url: 'v', isUp: false, error: 'refused' };
  const lines = linesOf(judgePrometheus({ ...prometheusFacts, targets: { value: [up, down] } }));
  assert.ok(
    !lines.some((line) => line.startsWith('ok') && line.includes('sr_exporter are up')),
    lines.join(),
  );
});

test('none at all is no fault, one that is silent is', () => {
  const targets = { problem: 'connect ECONNREFUSED', kind: 'failed' } as const;
  const none = { targets, config: { path: '/p.yml', changes: missing } };
  assert.deepEqual(notOk(none), [
    'skipped: there is no Prometheus: neither does it answer, nor is there its configuration',
  ]);
  assert.deepEqual(notOk({ targets }), ['error: does not answer: connect ECONNREFUSED']);
});

test('the names of rules in a file of ours', () => {
  const file =
    'groups:\n- name: g\n  rules:\n  - record: a:b:c\n    expr: 1\n  # - alert: No\n  - alert: Down\n';
  assert.deepEqual(ruleNamesOf(file), ['a:b:c', 'Down']);
});
