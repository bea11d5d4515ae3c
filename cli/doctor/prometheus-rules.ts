/** Rules of Prometheus: ours are loaded, and evaluated without errors. */
import type { LoadedRule } from '../../lib/prometheus/api-answers.ts';
import { type Attempt, failure, judgeProblem, ok, skipped, type Verdict, warning } from './finding.ts';

/** Names of records and alerts in a file of rules that is ours: a line each. */
export const ruleNamesOf = (file: string): readonly string[] =>
  [...file.matchAll(/^\s*- (?:record|alert): (\S+)\s*$/gm)].map((match) => match[1] ?? '');

const install = 'oneext install --only prometheus';

export const judgeRules = (
  rules: Attempt<readonly LoadedRule[]>,
  ownRules: readonly string[],
): readonly Verdict[] => {
  if (!('value' in rules)) return [judgeProblem(rules, 'oneext doctor --only prometheus')];
  const loaded = new Set(rules.value.map(({ name }) => name));
  const own = new Set(ownRules);
  const missing = ownRules.filter((name) => !loaded.has(name));
  const failing = rules.value.filter(({ error }) => error !== '');
  const failures = failing.map(({ name, error }) => {
    const details = { subject: name, group: 'rules that fail' };
    const next = 'see the page /rules of Prometheus';
    const message = `the evaluation of the rule fails: ${error}`;
    return own.has(name) ? failure(message, next, details) : warning(message, next, details);
  });
  if (ownRules.length === 0) return [skipped('the package beside oneext has no rules'), ...failures];
  if (missing.length === ownRules.length)
    return [
      warning('none of our rules is loaded', `${install}; rule_files of prometheus.yml names them`),
      ...failures,
    ];
  if (missing.length > 0)
    return [warning(`has not loaded our rules ${missing.join(', ')}`, install), ...failures];
  if (failures.length > 0) return failures;
  const waiting = rules.value.filter(({ name, isEvaluated }) => own.has(name) && !isEvaluated).length;
  return waiting > 0
    ? [skipped(`all ${ownRules.length} of our rules are loaded; ${waiting} have not been evaluated yet`)]
    : [ok(`all ${ownRules.length} of our rules are loaded by name, and their last evaluation went well`)];
};
