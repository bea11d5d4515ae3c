/** `oneext doctor`: looks at every link of the chain, and says what to do next. Changes nothing. */
import { flagsOnly, type OptionSpec, optional, switchOption } from '../../lib/config/options.ts';
import { sections } from '../../lib/config/sections.ts';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { isHostName } from '../../lib/host-name.ts';
import { version } from '../../lib/version.ts';
import { allOptions } from '../all-options.ts';
import { defineVerb } from '../command.ts';
import { cliError } from '../errors.ts';
import { exporterAddressOptions } from '../exporter-address.ts';
import type { Check } from './check.ts';
import { checks } from './checks.ts';
import { doctorOptions } from './doctor-options.ts';
import { countLevels, formatCounts, formatFindings, formatFindingsJson } from './format-findings.ts';
import { runChecks } from './io/run-checks.ts';
import { createSurroundings } from './io/surroundings.ts';

const splitList = (text: string): readonly string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** In the order of the list. */
const onlyOption: OptionSpec<readonly Check[]> = {
  help: 'look only at these parts',
  form: 'PART,...',
  parse: (text) => {
    const names = splitList(text);
    const known = checks.map(({ name }) => name);
    if (names.length === 0 || names.some((name) => !known.includes(name)))
      return { mustBe: `some of ${known.join(', ')}` };
    return { value: checks.filter(({ name }) => names.includes(name)) };
  },
};

const hostsOption: OptionSpec<'all' | readonly string[]> = {
  help: 'also look at these hypervisors, over ssh, 16 at a time',
  form: 'all|NAME,...',
  parse: (text) => {
    if (text === 'all') return { value: text };
    const names = splitList(text);
    return names.length > 0 && names.every(isHostName)
      ? { value: names }
      : { mustBe: 'all, or names of hosts with commas between them' };
  },
};

export const doctor = defineVerb({
  name: 'doctor',
  summary: 'look at every link of the chain, and say what to do next',
  operands: '',
  details: `Run it as oneadmin. It changes nothing. Each finding is one line (ok, warning, error or skipped), with the next step
below it. The exit code is 0 if there is no error, whatever warnings there are, and 1 if there is at least one error.

${checks.map(({ name, about }) => `  ${name.padEnd(13)} ${about}`).join('\n')}`,
  options: {
    ...flagsOnly({ only: optional(onlyOption), hosts: optional(hostsOption) }),
    json: switchOption('print JSON, which has every list in full'),
    ...suiteOptions,
    ...exporterAddressOptions,
    ...doctorOptions,
  },
  alsoReads: allOptions,
  answersFor: Object.keys(sections),
  toleratesBrokenFile: true,
  run: async (given, { environment, hasColour, now, writeResult }) => {
    const { options, configFile: path, document, fileProblem: problem, unknownKeys: strayKeys } = given;
    const surroundings = await createSurroundings({
      environment,
      options,
      configuration: { path, document, problem, strayKeys },
      now,
      hostNames: options.hosts,
    });
    const findings = await runChecks(options.only ?? checks, surroundings);
    writeResult(
      options.json ? formatFindingsJson(findings, version, now()) : formatFindings(findings, hasColour),
    );
    if (countLevels(findings).error > 0) throw cliError('DOCTOR_FOUND', { found: formatCounts(findings) });
  },
});
