/** The options that the verbs of `oneext energy` share. */
import { energyOptions } from '../../collectors/energy-options.ts';
import { flagsOnly, type OptionSpec, optional } from '../../lib/config/options.ts';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { parseMoment, parseMonth } from './period.ts';

const momentOption = (help: string): OptionSpec<number> => ({
  help,
  form: 'DATE',
  parse: (text) => {
    const value = parseMoment(text);
    return value === undefined
      ? { mustBe: 'a day such as 2026-11-28, or an hour of it such as 2026-11-28T13:00' }
      : { value };
  },
});

const monthOption: OptionSpec<{ readonly from: number; readonly to: number }> = {
  help: 'the month to look at, in local time; without --month, --from and --to, a report is of the month that is running',
  form: 'YYYY-MM',
  parse: (text) => {
    const value = parseMonth(text);
    return value === undefined ? { mustBe: 'a month such as 2026-11' } : { value };
  },
};

export const periodOptions = {
  ...suiteOptions,
  'energy.directory': energyOptions['energy.directory'],
  ...flagsOnly({
    month: optional(monthOption),
    from: optional(momentOption('the first hour to look at, in local time')),
    to: optional(momentOption('the hour before which to stop, in local time; without it, now')),
  }),
};
