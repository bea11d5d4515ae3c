/** oneext.yaml: can be read, has values that make sense, and no key that nothing reads. */
import { describeStrayKey } from '../../lib/config/sections.ts';
import { allOptions } from '../all-options.ts';
import type { Configuration } from './check.ts';
import { failure, ok, type Verdict, warning } from './finding.ts';

export const judgeConfig = ({
  path: subject,
  document,
  problem,
  strayKeys,
}: Configuration): readonly Verdict[] => {
  const broken =
    problem === undefined
      ? []
      : [failure(`${problem.message}; the checks below use the defaults`, problem.hint, { subject })];
  const stray = strayKeys.map((key) =>
    warning(describeStrayKey(key, allOptions), 'compare the file with oneext.yaml.sample', {
      subject,
      group: 'stray keys',
    }),
  );
  if (broken.length + stray.length > 0) return [...broken, ...stray];
  return [
    ok(
      document === undefined
        ? 'the file does not exist or is empty: every option has its default'
        : 'the file can be read, and something reads each of its keys',
      { subject },
    ),
  ];
};
