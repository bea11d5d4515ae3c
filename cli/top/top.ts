/** `oneext top`: VMs by watts, or hosts. */
import {
  choiceOption,
  countOption,
  durationOption,
  flagsOnly,
  listOption,
  type OptionSpec,
  type OptionValues,
  optional,
  switchOption,
  textOption,
} from '../../lib/config/options.ts';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import type { Charset } from '../../lib/text/display-text.ts';
import { defineVerb, type Terminal } from '../command.ts';
import { exporterAddressOf, exporterAddressOptions, exporterWebOptions } from '../exporter-address.ts';
import { type CloudNames, formatMissingNames, joinCloud, judgePage } from './cloud.ts';
import { formatTopJson } from './format-json.ts';
import { formatOnce } from './frame.ts';
import { createTopSource, type TopSource } from './io/read-top.ts';
import { runLiveTop } from './io/run-live-top.ts';
import { selectTable } from './lists.ts';
import { listNames, type Selection, selectHosts, selectVms, sortKeys } from './selection.ts';
import { topOptions } from './top-options.ts';

const filter = (help: string): OptionSpec<readonly string[]> => listOption(textOption({ help }, 'NAME'));

const options = {
  once: switchOption('print the table once'),
  json: switchOption('print one JSON object; a value that is not known is null'),
  reverse: switchOption('reverse the order; VMs whose value is not known stay last'),
  ...flagsOnly({
    view: choiceOption({ help: 'what the table lists', default: 'vms' }, listNames),
    sort: choiceOption({ help: 'order of the VMs or hosts', default: 'watts' }, sortKeys),
    owner: filter('show only VMs of this owner'),
    host: filter('show only this host, or the VMs on it, given by its name or id'),
    limit: optional(countOption({ help: 'show only the first N VMs or hosts' }, 1)),
    interval: durationOption(
      { help: 'time between two readings of the page, at least 1s', default: '5s' },
      1000,
      3_600_000,
    ),
  }),
  ...suiteOptions,
  ...exporterAddressOptions,
  ...topOptions,
};

const selectionOf = (given: OptionValues<typeof options>): Selection => {
  const { view, sort, reverse, owner, host, limit } = given;
  return {
    list: view,
    sort,
    isReversed: reverse,
    owners: owner,
    hosts: host,
    name: '',
    limit: limit ?? Number.POSITIVE_INFINITY,
  };
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
  const problems = [...judgePage(page), ...nameProblems];
  const { powerAgeSeconds } = page;
  const time = terminal.now();
  if (isJson) {
    const isOfHosts = selection.list === 'hosts';
    const vms = isOfHosts ? cloud.vms : selectVms(cloud.vms, selection);
    const hosts = isOfHosts ? selectHosts(cloud.hosts, selection) : cloud.hosts;
    return terminal.writeResult(formatTopJson({ time, cloud, vms, hosts, powerAgeSeconds, problems }));
  }
  const status = {
    clock: time.toTimeString().slice(0, 8),
    dataAgeMs: 1000 * (powerAgeSeconds ?? 0),
    intervalMs: undefined,
    failure: undefined,
    problems,
  };
  const model = { cloud, table: selectTable(cloud, selection), status, charset: charsetOf(terminal) };
  terminal.writeResult(formatOnce(model, selection, terminal.columns));
};

export const top = defineVerb({
  name: 'top',
  summary: 'show VMs or hosts by the power that they draw, live or once',
  operands: '',
  details: `Reads opennebula-exporter's page, and the names of hosts and groups from OpenNebula's API. In a terminal the
table is live, and ? shows the keys. If stdin or stdout is not a terminal, the table is printed once. --view hosts
lists hosts in place of VMs. A value that is not known is shown as -, below all others. In a NAME, * stands for any
text.`,
  options,
  alsoReads: exporterWebOptions,
  run: async ({ options: given }, terminal) => {
    const { environment, now } = terminal;
    const selection = selectionOf(given);
    const source = createTopSource({
      exporterUrl: exporterAddressOf(given).url,
      exporterTimeoutMs: given['top.exporter-timeout'],
      credentialsFile: given['top.credentials-file'],
      oneTimeoutMs: given['one.timeout'],
      environment,
    });
    const hasScreen = terminal.isInteractive && !['', 'dumb'].includes(environment['TERM'] ?? '');
    if (given.json || given.once || !hasScreen) return runOnce(source, selection, given.json, terminal);
    await runLiveTop({
      source,
      selection,
      intervalMs: given.interval,
      charset: charsetOf(terminal),
      hasColour: terminal.hasColour,
      now,
    });
  },
});
