import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseJobs, parseRules, parseTargets } from '../../../lib/prometheus/api-answers.ts';

test('targets, jobs and rules, as Prometheus 2.42 answers', () => {
  const activeTargets = [
    { labels: { job: 'sr_exporter' }, scrapeUrl: 'http://a/metrics', health: 'up', lastError: '' },
    { labels: { job: 'scaphandre' }, scrapeUrl: 'http://b/metrics', health: 'down', lastError: 'EOF' },
  ];
  assert.deepEqual(parseTargets({ activeTargets, droppedTargets: [] }), [
    { job: 'sr_exporter', url: 'http://a/metrics', isUp: true, error: '' },
    { job: 'scaphandre', url: 'http://b/metrics', isUp: false, error: 'EOF' },
  ]);
  const yaml = 'scrape_configs:\n- job_name: sr_exporter\n  scheme: http\n- job_name: "a b"\n';
  assert.deepEqual(parseJobs({ yaml }), ['sr_exporter', 'a b']);
  const rules = [
    { name: 'x:y', health: 'ok', lastError: '' },
    { name: 'z', health: 'err' },
  ];
  assert.deepEqual(parseRules({ groups: [{ name: 'g', rules }] }), [
    { name: 'x:y', error: '', isEvaluated: true },
    { name: 'z', error: 'err', isEvaluated: true },
  ]);
});

test('law: an answer of any form is read without a failure', () => {
  const names = fc.constantFrom(
    'activeTargets',
    'labels',
    'job',
    'yaml',
    'groups',
    'rules',
    'name',
    'health',
  );
  const { answer } = fc.letrec((tie) => ({
    answer: fc.oneof(
      { maxDepth: 5 },
      fc.anything({ maxDepth: 0 }),
      fc.array(tie('answer'), { maxLength: 3 }),
      fc.dictionary(names, tie('answer')),
    ),
  }));
  fc.assert(
    fc.property(answer, (data) => {
      for (const { job, url, error } of parseTargets(data))
        assert.ok([job, url, error].every((one) => typeof one === 'string'));
      for (const { name } of parseRules(data)) assert.equal(typeof name, 'string');
      parseJobs(data);
    }),
  );
});
