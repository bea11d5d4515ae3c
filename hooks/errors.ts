/** Failures of the hooks. */
import { defineErrors } from '../lib/errors/oneext-error.ts';

export const hookError = defineErrors({
  HOOK_INPUT: {
    exitCode: 2,
    message: 'the hook was given no {resource}: {detail}',
    hint: 'its template needs ARGUMENTS="$TEMPLATE" and ARGUMENTS_STDIN=yes; by hand, give the id as an argument',
  },
  HOOK_TIME_LIMIT: {
    exitCode: 75,
    message: 'the hook was not done within hooks.time-limit={timeoutMs} ms',
    hint: 'see whether oned and the host answer; run the hook again (onehook retry), or raise hooks.time_limit',
  },
});
