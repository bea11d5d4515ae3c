/** `oneext power`: what the power of hosts suggests. */
import {
  flagsOnly,
  type OptionSpec,
  optional,
  parsePlainNumber,
  switchOption,
} from '../../lib/config/options.ts';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { connectOne } from '../../lib/io/connect-one.ts';
import { defineVerb, type VerbGroup } from '../command.ts';
import { exporterAddressOf, exporterAddressOptions, exporterWebOptions } from '../exporter-address.ts';
import { topOptions } from '../top/top-options.ts';
import { advise } from './advice.ts';
import { formatAdvice, formatAdviceJson } from './format-advice.ts';
import { readCloud } from './io/read-cloud.ts';

const numberOption = (help: string, form: string, most: number, mustBe: string): OptionSpec<number> => ({
  help,
  form,
  parse: (text) => {
    const value = parsePlainNumber(text);
    return value <= most ? { value } : { mustBe };
  },
});
const headroomOption = numberOption(
  'part of the capacity of each host that stays free, in percent',
  'PERCENT',
  90,
  'a number from 0 to 90',
);
const priceOption = numberOption(
  'price of a kilowatt-hour, for the column COST; without it, that of energy.prices',
  'PRICE',
  Number.MAX_VALUE,
  'a number such as 0.25',
);

const adviseVerb = defineVerb({
  name: 'advise',
  summary: 'show which hosts could be emptied onto others, and what that would save in a month',
  operands: '',
  details: `By OpenNebula's own capacity and requirements of hosts and VMs, and by what the exporter knows of hosts: their idle
watts, and the CO2 of their electricity. Prints a table, and the commands that would do it. Nothing is changed: read the
commands, and run those that you want. A VM stays where it is if it does not run, has a PCI device, is pinned to CPUs,
is in a VM group, or has requirements that only the scheduler can judge. What is not known is shown as "-".`,
  options: {
    ...flagsOnly({
      json: switchOption('print JSON'),
      headroom: { ...headroomOption, default: '10' },
      price: optional(priceOption),
    }),
    ...suiteOptions,
    ...exporterAddressOptions,
    ...topOptions,
  },
  alsoReads: exporterWebOptions,
  run: async ({ options }, terminal) => {
    const client = await connectOne(terminal.environment, { totalTimeoutMs: options['one.timeout'] });
    const hosts = await readCloud(client, {
      exporterUrl: exporterAddressOf(options).url,
      exporterTimeoutMs: options['top.exporter-timeout'],
      credentialsFile: options['top.credentials-file'],
    });
    const advice = advise(hosts, options.headroom / 100);
    terminal.writeResult((options.json ? formatAdviceJson : formatAdvice)(advice, options.price));
  },
});

export const power: VerbGroup = {
  about: 'What the power of hosts suggests. Nothing here changes anything.',
  verbs: [adviseVerb],
};
