/** The flags of what the scheduler learns of the power of hosts. */
import { booleanOption, choiceOption, type OptionValues } from '../lib/config/options.ts';

/** What POWER_RANK ranks hosts by. */
export const powerRanks = ['watts', 'carbon'] as const;
export type PowerRank = (typeof powerRanks)[number];

export const schedulerOptions = {
  'scheduler.attributes': booleanOption({
    help: 'write POWER_WATTS, POWER_IDLE_WATTS, CARBON_INTENSITY and POWER_RANK into the templates of hosts, for RANK and REQUIREMENTS of the scheduler; in a highly available zone the leader does it',
    default: 'false',
  }),
  'scheduler.rank': choiceOption(
    {
      help: 'what makes POWER_RANK of a host large: few watts for one more busy CPU, or few grams of CO2',
      default: 'watts',
    },
    powerRanks,
  ),
};
export type SchedulerSettings = OptionValues<typeof schedulerOptions>;
