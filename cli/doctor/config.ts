/** oneext.yaml: can be read, has values that make sense, and no key that nothing reads. */
import type { Configuration } from './check.ts';
import { failure, ok, type Verdict, warning } from './finding.ts';

export const judgeConfig = ({
  path: subject,
  document,
  problem,
  strayKeys,
}: Configuration): readonly Verdict[] => {
  if (problem !== undefined)
    return [failure(`${problem.message}; what follows goes by the defaults`, problem.hint, { subject })];
  const stray = strayKeys.map((key) =>
    warning(`nothing reads the key ${key}`, 'compare with oneext.yaml.sample', {
      subject,
      group: 'stray keys',
    }),
  );
  if (stray.length > 0) return stray;
  return [
    ok(document === undefined ? 'there is none, or it is empty: the defaults hold' : 'read', { subject }),
  ];
};
