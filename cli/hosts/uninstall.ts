/** `oneext hosts uninstall`: what was put on hypervisors is taken away. */

import type { HostTarget } from '../../host-installer/choose-hosts.ts';
import { hostsError } from '../../host-installer/errors.ts';
import { formatNames, formatOutcomes, formatOutcomesJson } from '../../host-installer/format-outcomes.ts';
import { openLastRunFile, readLastRun, removeLastRun } from '../../host-installer/io/last-run-file.ts';
import { forgetHosts } from '../../host-installer/last-run.ts';
import { isWell } from '../../host-installer/outcome.ts';
import { switchOption } from '../../lib/config/options.ts';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { defineVerb, type Given, usageError } from '../command.ts';
import {
  chooseTargets,
  inOrder,
  namedHosts,
  type Preparation,
  prepare,
  runOptions,
  skippedRecords,
} from './prepare.ts';

const options = { all: switchOption('work on all KVM hosts of the cloud'), ...runOptions };

/** Fails with USAGE. */
const checkUsage = ({ options: { all }, operands }: Given<typeof options>): void => {
  if (!all && operands.length === 0) throw usageError('name the hosts, or give --all');
  if (all && operands.length > 0) throw usageError('--all and names of hosts do not go together');
};

/** A later install --resume must not take them for done. */
const forget = async (
  { lastRunPath }: Preparation,
  targets: readonly HostTarget[],
  warn: (text: string) => void,
): Promise<void> => {
  try {
    const lastRun = await readLastRun(lastRunPath);
    if (lastRun !== undefined) await openLastRunFile(lastRunPath, warn).write(forgetHosts(lastRun, targets));
  } catch (thrown) {
    warn(reasonOf(thrown));
  }
};

/** Nothing is remembered of hosts that have nothing of ours any more. */
const tidy = async (file: string): Promise<void> => {
  const lastRun = await readLastRun(file).catch(() => undefined);
  if (lastRun?.hosts.every(({ result }) => result === 'not begun') === true) await removeLastRun(file);
};

export const uninstallVerb = defineVerb({
  name: 'uninstall',
  summary: 'take away what install put on hypervisors',
  operands: '[HOST...]',
  details: `Runs host.sh uninstall on the hosts that are named (by name or id) or, with --all, on all KVM hosts of the cloud that
are neither disabled nor offline. It also removes the sudo rules of live migration, unless somebody has changed them.`,
  options,
  run: async (given, terminal) => {
    checkUsage(given);
    const preparation = await prepare(given, terminal);
    const choice = chooseTargets(preparation.hosts, namedHosts(given));
    await forget(preparation, choice.targets, (text) => terminal.writeNote(`warning: ${text}\n`));
    const run = { command: 'uninstall', sudoRules: true, options: [] } as const;
    const { records } = await preparation.run(run, choice.targets);
    const all = inOrder(records, skippedRecords(choice));
    terminal.writeResult(given.options.json ? formatOutcomesJson(all) : formatOutcomes(all));
    const unwell = all.filter(({ result }) => !isWell(result));
    if (unwell.length === 0) await tidy(preparation.lastRunPath);
    if (unwell.length === 0) return;
    const hosts = formatNames(unwell.map(({ name }) => name));
    throw hostsError('HOSTS_INCOMPLETE', { count: unwell.length, total: all.length, hosts });
  },
});
