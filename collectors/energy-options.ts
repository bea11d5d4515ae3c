/** The flags of the collector `energy`. */
import {
  choiceOption,
  durationOption,
  listOption,
  type OptionSpec,
  type OptionValues,
  parsePlainNumber,
  textOption,
} from '../lib/config/options.ts';
import { httpUrlMustBe, parseHttpUrl } from '../lib/http/http-url.ts';
import { attributions } from './accounts/attribution.ts';
import { idlePolicies } from './accounts/idle-share.ts';
import type { AccountingRules } from './accounts/scene.ts';
import { leastIntervalMs } from './agents/asking-interval.ts';

const dayMs = 86_400_000;
const mostPue = 5;

const directoryOption: OptionSpec<string> = {
  help: 'folder of the accounts of energy; they are kept where it can be written',
  form: 'FOLDER',
  default: '/var/lib/opennebula-extensions/energy',
  parse: (text) =>
    text.startsWith('/') ? { value: text } : { mustBe: 'the path of a folder that begins with /' },
};

const exporterUrlOption: OptionSpec<string> = {
  help: 'URL of the exporters of the other front-ends of the zone, for copies of the accounts; {host} is the host of their ENDPOINT, {id} and {name} are those of the server; where it is empty, they listen as this one does',
  form: 'URL',
  default: '',
  parse: (text) =>
    text === '' || parseHttpUrl(text.replaceAll(/\{(?:host|id|name)\}/g, 'x')) !== undefined
      ? { value: text }
      : { mustBe: `${httpUrlMustBe}; {host}, {id} and {name} are replaced` },
};

const pueOption: OptionSpec<number | undefined> = {
  help: 'what the site draws, as a multiple of what its machines draw (power usage effectiveness); a column of its own, and a last factor of power and energy',
  form: 'NUMBER',
  default: '',
  parse: (text) => {
    if (text === '') return { value: undefined };
    const value = parsePlainNumber(text);
    return value >= 1 && value <= mostPue
      ? { value }
      : { mustBe: `a number from 1 to ${mostPue}, such as 1.35` };
  },
};

const parseServiceUrl: OptionSpec<URL>['parse'] = (text) => {
  const url = parseHttpUrl(text);
  return url === undefined || url.username !== '' || url.password !== ''
    ? { mustBe: 'an http or https URL without a user or password; a token stands in --energy.co2-token-file' }
    : { value: url };
};

export const gridOptions = {
  'energy.co2-hourly-file': listOption(
    textOption(
      {
        help: 'JSON file with the CO2 of a kilowatt-hour by the hour, as Electricity Maps, RTE eco2mix or the Carbon Intensity API of Great Britain answer; it takes the place of the means of years',
        default: '',
      },
      'FILE',
    ),
  ),
  'energy.co2-url': listOption({
    help: 'URL where one of these services answers with the CO2 of the last hours; the exporter asks it every 10 minutes and keeps the answers in --energy.directory. Nothing is asked without it',
    form: 'URL',
    default: '',
    parse: parseServiceUrl,
  }),
  'energy.co2-token-file': textOption(
    {
      help: 'file with the token that Electricity Maps asks for; it is sent to --energy.co2-url alone',
      default: '',
    },
    'FILE',
  ),
};

export const energyOptions = {
  ...gridOptions,
  'energy.directory': directoryOption,
  'energy.copy-interval': durationOption(
    {
      help: 'in a zone of several front-ends: how often those that do not lead it take a copy of the accounts',
      default: '60s',
    },
    1000,
    600_000,
  ),
  'energy.exporter-url': exporterUrlOption,
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
  'energy.attribution': choiceOption(
    {
      help: 'what a VM is charged for its CPU time: that part of the energy of the host that it is of the time of all CPUs (capacity), or what it has added to the host, where that is known (marginal)',
      default: 'capacity',
    },
    attributions,
  ),
  'energy.pue': pueOption,
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

/** Timers and agents are late now and then. */
const latenessMs = 2500;

/** An agent that was left alone for a time is asked by the first run after that. */
const plannedMs = (restMs: number, intervalMs: number): number => Math.ceil(restMs / intervalMs) * intervalMs;

/** Two readings that follow each other as planned are no gap. */
/** @param gpuIntervalMs how often the power of GPUs is asked for; OpenNebula's probes are late and have a period too */
export const accountingRulesOf = (settings: EnergySettings, gpuIntervalMs = 0): AccountingRules => ({
  attribution: settings['energy.attribution'],
  idle: settings['energy.idle'],
  pue: settings['energy.pue'],
  longestGapMs: Math.max(
    settings['energy.longest-gap'],
    plannedMs(leastIntervalMs, settings['energy.interval']) + latenessMs,
  ),
  longestGpuGapMs: Math.max(settings['energy.longest-gap'], 3 * gpuIntervalMs),
  gapAfter: (restMs) => plannedMs(restMs, settings['energy.interval']) + latenessMs,
});
