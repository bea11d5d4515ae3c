/** Failures of the exporter. */
import { defineErrors } from '../lib/errors/oneext-error.ts';

export const collectorError = defineErrors({
  COLLECTOR_INPUT: {
    exitCode: 1,
    message: 'cannot read {path}: {detail}',
    hint: 'check that the file is complete and that the user of this process may read it',
  },
});
