/** `oneext doctor`: looks at every link of the chain, and says what to do next. Changes nothing. */
import { environmentName } from '../../lib/config/options.ts';
import { defaultConfigFile } from '../../lib/config/suite-options.ts';
import { OneExtError } from '../../lib/errors/oneext-error.ts';
import { isHostName } from '../../lib/host-name.ts';
import { relocatePath } from '../../lib/one/places.ts';
import { version } from '../../lib/version.ts';
import { type Given, type Terminal, textOf, usageError, type Verb } from '../command.ts';
import { readConfigured, verbOptions } from '../configured.ts';
import { cliError } from '../errors.ts';
import type { Check, Surroundings } from './check.ts';
import { checks } from './checks.ts';
import { doctorTable, shownOptions, strayKeysOf } from './doctor-options.ts';
import { countLevels, formatCounts, formatFindings, formatFindingsJson } from './format-findings.ts';
import { runChecks } from './io/run-checks.ts';
import { createSurroundings } from './io/surroundings.ts';

const splitList = (text: string): readonly string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** The checks named, in the order of the list. */
const chooseChecks = (given: Given): readonly Check[] => {
  const text = textOf(given, 'only');
  if (text === undefined) return checks;
  const names = splitList(text);
  const unknown = names.filter((name) => !checks.some((check) => check.name === name));
  if (unknown.length > 0 || names.length === 0) {
    const known = checks.map(({ name }) => name).join(', ');
    throw usageError(`--only ${JSON.stringify(text)} must name some of ${known}`);
  }
  return checks.filter(({ name }) => names.includes(name));
};

const chooseHosts = (given: Given): Surroundings['hostNames'] => {
  const text = textOf(given, 'hosts');
  if (text === undefined || text === 'all') return text;
  const names = splitList(text);
  for (const name of names) {
    if (!isHostName(name)) throw usageError(`${JSON.stringify(name)} is no host`);
  }
  if (names.length === 0) throw usageError('--hosts needs all, or names with commas between them');
  return names;
};

/** A file that cannot be used is a finding; flags and environment must make sense. */
const readConfiguration = async (
  given: Given,
  terminal: Terminal,
): Promise<Pick<Surroundings, 'options' | 'configuration'>> => {
  const file = relocatePath(defaultConfigFile, terminal.environment);
  const named = textOf(given, 'config.file') ?? terminal.environment[environmentName('config.file')];
  const path = named ?? file;
  const read = (values: Given['values']) => readConfigured(doctorTable, { ...given, values }, terminal);
  try {
    const { options, document, unknownKeys } = await read(given.values);
    const strayKeys = strayKeysOf(unknownKeys);
    return { options, configuration: { path, document, problem: undefined, strayKeys } };
  } catch (problem) {
    if (!(problem instanceof OneExtError)) throw problem;
    const { options } = await read({ ...given.values, 'config.file': '/dev/null' });
    return { options, configuration: { path, document: undefined, problem, strayKeys: [] } };
  }
};

export const doctor: Verb = {
  name: 'doctor',
  summary: 'look at every link of the chain, and say what to do next',
  operands: '',
  details: `Run as oneadmin. Changes nothing. A line each: ok, warning, error or skipped; then the next step.
Exit code 0: no error (there may be warnings); 1: at least one.

${checks.map(({ name, about }) => `  ${name.padEnd(13)} ${about}`).join('\n')}`,
  options: {
    only: { form: 'PART,...', help: 'look at these parts only' },
    hosts: {
      form: 'all|NAME,...',
      help: 'look at these hypervisors too, with ssh, 16 at a time (default: none)',
    },
    json: { form: '', help: 'print JSON, with lists in full' },
    ...verbOptions(shownOptions),
  },
  run: async (given, terminal) => {
    const chosen = chooseChecks(given);
    const hostNames = chooseHosts(given);
    const { environment, now } = terminal;
    const read = await readConfiguration(given, terminal);
    const surroundings = await createSurroundings({ environment, ...read, now, hostNames });
    const findings = await runChecks(chosen, surroundings);
    terminal.writeResult(
      given.values['json'] === true
        ? formatFindingsJson(findings, version, now())
        : formatFindings(findings, terminal.hasColour),
    );
    if (countLevels(findings).error > 0) throw cliError('DOCTOR_FOUND', { found: formatCounts(findings) });
  },
};
