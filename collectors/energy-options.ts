/** The flags of the collector `energy`. */
import { choiceOption, durationOption, type OptionSpec, type OptionValues } from '../lib/config/options.ts';
import { idlePolicies } from './accounts/idle-share.ts';

const dayMs = 86_400_000;

const directoryOption: OptionSpec<string> = {
  help: 'folder of the accounts of energy; they are kept where it can be written',
  form: 'FOLDER',
  default: '/var/lib/opennebula-extensions/energy',
  parse: (text) =>
    text.startsWith('/') ? { value: text } : { mustBe: 'the path of a folder that begins with /' },
};

export const energyOptions = {
  'energy.directory': directoryOption,
  'energy.interval': durationOption(
    {
      help: 'longest time between two readings of the power agents for the accounts of energy, whether or not anybody scrapes',
      default: '15s',
    },
    1000,
    60_000,
  ),
  'energy.longest-gap': durationOption(
    {
      help: 'a longer time between two readings of a power agent counts as unmeasured, unless the agent counts energy itself',
      default: '60s',
    },
    1000,
    3_600_000,
  ),
  'energy.idle': choiceOption(
    {
      help: 'who gets the energy of a host that none of its VMs has used: nobody (measured), its VMs by what they use (usage), by the CPU reserved for them (reserved), or equally (equal)',
      default: 'measured',
    },
    idlePolicies,
  ),
  'energy.retention': durationOption(
    { help: 'days of the accounts that are older are removed; 0 keeps all', default: '0' },
    0,
    36_525 * dayMs,
  ),
};
export type EnergySettings = OptionValues<typeof energyOptions>;
