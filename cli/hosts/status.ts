/** `oneext hosts status`: how the power agents are. */
import { hostsError } from '../../host-installer/errors.ts';
import { formatNames, formatOutcomesJson, formatStatus } from '../../host-installer/format-outcomes.ts';
import { readLastRun } from '../../host-installer/io/last-run-file.ts';
import { type LastRun, withLastErrors } from '../../host-installer/last-run.ts';
import { isWell } from '../../host-installer/outcome.ts';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { defineVerb, type Terminal } from '../command.ts';
import { chooseTargets, inOrder, namedHosts, prepare, runOptions, skippedRecords } from './prepare.ts';

/** A record that cannot be read costs what it would have told, and no more. */
const readRecord = async (path: string, terminal: Terminal): Promise<LastRun | undefined> => {
  try {
    return await readLastRun(path);
  } catch (thrown) {
    terminal.writeNote(`warning: ${reasonOf(thrown)}\n`);
    return undefined;
  }
};

export const statusVerb = defineVerb({
  name: 'status',
  summary: 'show how the power agents of hypervisors are',
  operands: '[HOST...]',
  details: `Runs host.sh status on the hosts that are named (by name or id), or on all KVM hosts of the cloud that are neither
disabled nor offline. LAST ERROR: what is wrong now and, where the last install failed, why.`,
  options: runOptions,
  run: async (given, terminal) => {
    const preparation = await prepare(given, terminal);
    const choice = chooseTargets(preparation.hosts, namedHosts(given));
    const run = { command: 'status', sudoRules: false, options: [] } as const;
    const { records } = await preparation.run(run, choice.targets);
    const lastRun = await readRecord(preparation.lastRunPath, terminal);
    const all = inOrder(
      lastRun === undefined ? records : withLastErrors(records, lastRun),
      skippedRecords(choice),
    );
    terminal.writeResult(given.options.json ? formatOutcomesJson(all) : formatStatus(all));
    const unwell = all.filter(({ result }) => !isWell(result));
    if (unwell.length === 0) return;
    const hosts = formatNames(unwell.map(({ name }) => name));
    throw hostsError('HOSTS_NOT_MEASURING', { count: unwell.length, total: all.length, hosts });
  },
});
