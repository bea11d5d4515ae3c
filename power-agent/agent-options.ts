/** The options of opennebula-power-agent. They stand on its command line only: hypervisors have no oneext.yaml. */
import { listenAddressOption } from '../lib/config/listen-address.ts';
import {
  choiceOption,
  durationOption,
  flagsOnly,
  listOption,
  type OptionSpec,
  type OptionValues,
  optional,
  parsePlainNumber,
  textOption,
} from '../lib/config/options.ts';
import { logFormats, logLevels } from '../lib/log/log.ts';
import { meterNames } from './meter.ts';

const wattsOption = (help: string): OptionSpec<number | undefined> =>
  optional({
    help,
    form: 'WATTS',
    parse: (text) => {
      const value = parsePlainNumber(text);
      return value > 0 && value <= 10_000
        ? { value }
        : { mustBe: 'a power in watts above 0 and up to 10000, such as 85 or 85.5' };
    },
  });

export const agentOptions = flagsOnly({
  'web.listen-address': listOption(listenAddressOption('127.0.0.1:8080')),
  'web.config.file': textOption(
    { help: "web configuration in the format of Prometheus' exporter-toolkit: TLS, users", default: '' },
    'FILE',
  ),
  meter: choiceOption(
    {
      help: 'what measures the energy of the host; auto takes the first of rapl, hwmon, dcmi and model that works',
      default: 'auto',
    },
    ['auto', ...meterNames],
  ),
  'model.idle-watts': wattsOption('for the meter model: what the host draws when it is idle'),
  'model.max-watts': wattsOption('for the meter model: what the host draws when all its CPUs are busy'),
  interval: durationOption(
    { help: 'time between two readings of the meter and of the processes', default: '1s' },
    100,
    60_000,
  ),
  'guest-trees': textOption(
    {
      help: 'folder below which each VM gets a folder with its own energy, for its guest to read',
      default: '',
    },
    'DIRECTORY',
  ),
  'path.procfs': textOption(
    { help: 'where the proc file system of the host is mounted', default: '/proc' },
    'DIRECTORY',
  ),
  'path.sysfs': textOption({ help: 'where sysfs of the host is mounted', default: '/sys' }, 'DIRECTORY'),
  'path.run': textOption(
    { help: 'folder that keeps the counters while the host runs', default: '/run/opennebula-power-agent' },
    'DIRECTORY',
  ),
  'log.level': choiceOption({ help: 'lowest level of log lines', default: 'info' }, logLevels),
  'log.format': choiceOption({ help: 'format of log lines', default: 'logfmt' }, logFormats),
});
export type AgentOptions = OptionValues<typeof agentOptions>;
