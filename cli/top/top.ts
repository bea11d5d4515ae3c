/** `oneext top`: VMs by watts. */
import { durationOption } from '../../lib/config/options.ts';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import type { Charset } from '../../lib/text/display-text.ts';
import { type Given, type Terminal, textOf, textsOf, usageError, type Verb } from '../command.ts';
import { readConfigured, verbOptions } from '../configured.ts';
import { type CloudNames, formatMissingNames, joinCloud, judgePage } from './cloud.ts';
import { formatTopJson } from './format-json.ts';
import { formatOnce } from './frame.ts';
import { createTopSource, type TopSource } from './io/read-top.ts';
import { runLiveTop } from './io/run-live-top.ts';
import { type Selection, selectVms, sortKeys } from './selection.ts';
import { measureTable } from './table.ts';
import { topOptions } from './top-options.ts';

const table = { ...suiteOptions, ...topOptions };

const interval = durationOption(
  { help: 'time between two looks at the page', default: '5s' },
  1000,
  3_600_000,
);

const parseLimit = (text: string | undefined): number | undefined => {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
};

/** Fails with USAGE, which names every problem. */
const readSelection = (given: Given): { readonly selection: Selection; readonly intervalMs: number } => {
  const sortText = textOf(given, 'sort') ?? 'watts';
  const sort = sortKeys.find((key) => key === sortText);
  const limit = parseLimit(textOf(given, 'limit'));
  const intervalText = textOf(given, 'interval') ?? '5s';
  const parsed = interval.parse(intervalText);
  const problems = [
    ...(sort === undefined
      ? [`--sort is ${JSON.stringify(sortText)} but must be one of ${sortKeys.join(', ')}`]
      : []),
    ...(limit === undefined
      ? [`--limit is ${JSON.stringify(textOf(given, 'limit'))} but must be a number from 1`]
      : []),
    ...('mustBe' in parsed
      ? [`--interval is ${JSON.stringify(intervalText)} but must be ${parsed.mustBe}`]
      : []),
  ];
  if (sort === undefined || limit === undefined || 'mustBe' in parsed) throw usageError(problems.join('; '));
  const selection = {
    sort,
    isReversed: given.values['reverse'] === true,
    owners: textsOf(given, 'owner'),
    hosts: textsOf(given, 'host'),
    name: '',
    limit,
  };
  return { selection, intervalMs: parsed.value };
};

const charsetOf = ({ environment, columns }: Terminal): Charset => {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return columns === undefined || /utf-?8/i.test(locale) ? 'utf-8' : 'ascii';
};

/** Without names a cloud can be shown all the same. */
const tryNames = async (
  source: TopSource,
): Promise<{ readonly names?: CloudNames; readonly problems: readonly string[] }> => {
  try {
    return { names: await source.readNames(), problems: [] };
  } catch (thrown) {
    return { problems: [formatMissingNames(reasonOf(thrown))] };
  }
};

const runOnce = async (
  source: TopSource,
  selection: Selection,
  isJson: boolean,
  terminal: Terminal,
): Promise<void> => {
  const [page, { names, problems: nameProblems }] = await Promise.all([source.readPage(), tryNames(source)]);
  const cloud = joinCloud(page, names);
  const vms = selectVms(cloud.vms, selection);
  const problems = [...judgePage(page), ...nameProblems];
  const { powerAgeSeconds } = page;
  const time = terminal.now();
  if (isJson) return terminal.writeResult(formatTopJson({ time, cloud, vms, powerAgeSeconds, problems }));
  const status = {
    clock: time.toTimeString().slice(0, 8),
    dataAgeMs: 1000 * (powerAgeSeconds ?? 0),
    intervalMs: undefined,
    failure: undefined,
    problems,
  };
  const model = { cloud, table: measureTable(vms), status, charset: charsetOf(terminal) };
  terminal.writeResult(formatOnce(model, selection, terminal.columns));
};

export const top: Verb = {
  name: 'top',
  summary: 'show VMs by the power that they draw, live or once',
  operands: '',
  details: `Reads opennebula-exporter's page, and from OpenNebula's API the names of hosts and groups. Shown live in a
terminal, with ? for the keys; once where stdout or stdin is none. A power that is not known is - and stands last.
NAME may have * for any text.`,
  options: {
    once: { form: '', help: 'print the table once' },
    json: { form: '', help: 'print one JSON object; what is not known is null' },
    sort: { form: sortKeys.join('|'), help: 'order of the VMs (default: watts)' },
    reverse: { form: '', help: 'the other way round; what is not known stays last' },
    owner: { form: 'NAME', help: 'only VMs of this owner; may be given several times', multiple: true },
    host: {
      form: 'NAME',
      help: 'only VMs on this host, by name or id; may be given several times',
      multiple: true,
    },
    limit: { form: 'N', help: 'the first N VMs only' },
    interval: { form: interval.form, help: `${interval.help}, at least 1s (default: ${interval.default})` },
    ...verbOptions(table),
  },
  run: async (given, terminal) => {
    const { selection, intervalMs } = readSelection(given);
    const { options } = await readConfigured(table, given, terminal);
    const { environment, now } = terminal;
    const source = createTopSource({
      exporterUrl: options['top.exporter-url'],
      exporterTimeoutMs: options['top.exporter-timeout'],
      credentialsFile: options['top.credentials-file'],
      oneTimeoutMs: options['one.timeout'],
      environment,
    });
    const isJson = given.values['json'] === true;
    const hasScreen = terminal.isInteractive && !['', 'dumb'].includes(environment['TERM'] ?? '');
    if (isJson || given.values['once'] === true || !hasScreen)
      return runOnce(source, selection, isJson, terminal);
    await runLiveTop({
      source,
      selection,
      intervalMs,
      charset: charsetOf(terminal),
      hasColour: terminal.hasColour,
      now,
    });
  },
};
