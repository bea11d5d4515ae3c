/** The options of every hook, besides those of its component. */
import { durationOption } from '../lib/config/options.ts';
import { suiteOptions } from '../lib/config/suite-options.ts';

export const hookOptions = {
  ...suiteOptions,
  'hooks.time-limit': durationOption(
    {
      help: 'longest time for one run of a hook; TIMEOUT in its template, which is the second net, must be longer',
      default: '45s',
    },
    1000,
    3_600_000,
  ),
};
