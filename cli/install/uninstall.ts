/** `oneext uninstall`: puts every file and hook of this front-end back as it was. */
import { biscuitDriver } from '../../auth-biscuit/oned-driver.ts';
import { installError } from '../../front-end-installer/errors.ts';
import { readDriverUsers } from '../../front-end-installer/io/driver-users.ts';
import { fileSystemAt } from '../../front-end-installer/io/files.ts';
import { recordStoreIn } from '../../front-end-installer/io/record-store.ts';
import { planRemoval, type Removal, type Return, runRemoval } from '../../front-end-installer/io/removal.ts';
import type { InstallRecord } from '../../front-end-installer/record.ts';
import { restartsFor } from '../../front-end-installer/restarts.ts';
import { timersOf } from '../../front-end-installer/wanted-files.ts';
import { type OptionValues, switchOption } from '../../lib/config/options.ts';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { connectOne } from '../../lib/io/connect-one.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { placesOf } from '../../lib/one/places.ts';
import { fewOf, shortLine } from '../../lib/text/short-lists.ts';
import { removeTargetFiles } from '../../prometheus-patches/io/remove-target-files.ts';
import { defineVerb, type Terminal } from '../command.ts';
import { cliError } from '../errors.ts';
import { attendServices } from './after-install.ts';
import {
  editsForUninstall,
  type InstallOptions,
  installTable,
  recordFolder,
  requireRoot,
  runOptions,
} from './front-end.ts';
import { hasSystemd, reloadUnits, stopTimers, syncRemotes } from './io/services.ts';
import { formatPlan, newLines } from './progress.ts';

const table = {
  ...runOptions(
    'print what would be done, and change nothing; exit code 10, as something is installed',
    'an image of a front-end, as for oneext install',
  ),
  'lock-out-users': switchOption(
    'go on although there are users with the driver biscuit, who then cannot log in',
  ),
  'keep-hooks': switchOption('leave the hooks registered: other front-ends of this zone still use them'),
  ...installTable,
};
type Options = OptionValues<typeof table>;

type DriverUsers = { readonly names: readonly string[]; readonly unknownBecause?: string };

const findUsers = (client: XmlRpcClient): Promise<DriverUsers> =>
  readDriverUsers(client, biscuitDriver.name).then(
    (names) => ({ names }),
    (thrown: unknown) => ({ names: [], unknownBecause: reasonOf(thrown) }),
  );

const mostNamed = 10;

/** What becomes of those who log in with tokens. */
const formatUsers = ({ names, unknownBecause }: DriverUsers): string => {
  if (unknownBecause !== undefined)
    return `OpenNebula cannot be asked which users have the driver biscuit, who cannot log in without it: ${shortLine(unknownBecause)}\n`;
  if (names.length === 0) return '';
  return (
    `without the driver biscuit ${names.length} user(s) cannot log in: ${fewOf(names, mostNamed)}\n` +
    '  -> for each of them: oneuser chauth NAME core, then oneuser passwd NAME\n'
  );
};

const prepare = async (given: Options, terminal: Terminal) => {
  const { root } = given;
  const places = placesOf(terminal.environment);
  const fileSystem = fileSystemAt(root);
  const store = recordStoreIn(fileSystem.at(recordFolder(places)));
  const record = await store.read();
  if (record === undefined) {
    throw installError('UNINSTALL_NOTHING', { path: `${recordFolder(places)}/record.json` });
  }
  const leavesHooks = root !== '' || given['keep-hooks'] || record.hooks.length === 0;
  const client = await connectOne(terminal.environment, { totalTimeoutMs: given['one.timeout'] }).catch(
    (thrown: unknown): Pick<XmlRpcClient, 'call'> => ({ call: () => Promise.reject(thrown) }),
  );
  const removal: Removal = {
    places,
    fileSystem,
    store,
    edits: await editsForUninstall(places, root, given, record.files),
    client: leavesHooks ? undefined : client,
  };
  const kept: InstallRecord = leavesHooks ? { ...record, hooks: [] } : record;
  const isHere = root === '';
  const users = isHere && record.parts.includes('auth') ? await findUsers(client) : { names: [] };
  return { removal, record: kept, isHere, users };
};

/** Before what they keep in line goes. */
const timerReturns = ({ files }: InstallRecord, isHere: boolean): readonly Return[] => {
  const timers = isHere ? timersOf(files.map(({ path }) => path)) : [];
  if (timers.length === 0) return [];
  const line = `stop ${timers.join(' and ')}`;
  return [{ line, run: () => stopTimers(timers), isKept: false, forget: (record) => record }];
};

/** In the folder of the options as they are, and in those that were made while they were others. */
const targetFilesOf = (
  { fileSystem }: Removal,
  { parts, folders }: InstallRecord,
  options: InstallOptions,
): readonly Return[] => {
  if (!parts.includes('prometheus')) return [];
  const folder = options['prometheus.targets-folder'];
  return [
    {
      line: `remove the target files of the VMs in ${folder}`,
      async run() {
        for (const one of new Set([folder, ...folders])) await removeTargetFiles(fileSystem.at(one));
      },
      isKept: false,
      forget: (record) => record,
    },
  ];
};

const isDropIn = (path: string): boolean =>
  path.startsWith('/etc/systemd/system/opennebula-exporter.service.d/');

/** systemd and the hypervisors take notice; what did not work, and why. */
const settle = async (
  terminal: Terminal,
  { places }: Removal,
  { files }: InstallRecord,
): Promise<readonly string[]> => {
  const failures: string[] = [];
  if (files.some(({ path }) => path.startsWith(`${places.remotes}/`))) {
    await syncRemotes(places, terminal.environment).catch((thrown: unknown) =>
      terminal.writeNote(
        `warning: the drivers on the hypervisors are those from before: ${shortLine(reasonOf(thrown))}\n  -> run onehost sync --force, as oneadmin\n`,
      ),
    );
  }
  if (files.some(({ path }) => path.startsWith('/etc/systemd/')) && (await hasSystemd())) {
    await reloadUnits().catch((thrown: unknown) => failures.push(reasonOf(thrown)));
  }
  return failures;
};

const takeAway = async (given: Options, terminal: Terminal): Promise<void> => {
  const { removal, record, isHere, users } = await prepare(given, terminal);
  const returns = await planRemoval(removal, record, [
    ...timerReturns(record, isHere),
    ...targetFilesOf(removal, record, given),
  ]);
  if (given.plan) {
    terminal.writeResult(formatPlan(returns.map(({ line }) => line)) + formatUsers(users));
    throw cliError('WOULD_CHANGE', { what: 'this front-end' });
  }
  if (users.names.length > 0 && !given['lock-out-users']) {
    const count = users.names.length;
    throw installError('UNINSTALL_USERS', { count, users: fewOf(users.names, mostNamed) });
  }
  const failures = [...(await runRemoval(removal, returns, record, newLines(terminal)))];
  if (isHere) failures.push(...(await settle(terminal, removal, record)));
  terminal.writeResult(formatUsers(users));
  for (const { line } of returns.filter(({ isKept }) => isKept)) terminal.writeResult(`${line}\n`);
  if (isHere) {
    const paths = record.files.map(({ path }) => path);
    const restarts = restartsFor(paths, given['prometheus.unit'], paths.some(isDropIn));
    await attendServices(restarts, given.restart, terminal, '');
  }
  if (failures.length > 0) {
    throw installError('UNINSTALL_INCOMPLETE', { problems: failures.join('; ') });
  }
  if (await removal.fileSystem.exists(`${removal.places.state}/hosts/last-run.json`)) {
    terminal.writeNote(
      'note: power agents stay on hypervisors: oneext hosts uninstall --all takes them away\n',
    );
  }
  terminal.writeResult(
    'the suite is gone from this front-end; /etc/one/oneext.yaml, if there is one, stays\n',
  );
};

export const uninstall = defineVerb({
  name: 'uninstall',
  summary: 'take the suite away from this front-end, and put every file and hook back as it was',
  operands: '',
  details: `What somebody changed since is kept, and named. Power agents are taken away by oneext hosts uninstall.`,
  options: table,
  run: async ({ options }, terminal) => {
    if (options.plan) return takeAway(options, terminal);
    const places = placesOf(terminal.environment);
    requireRoot(places, options.root);
    const store = recordStoreIn(fileSystemAt(options.root).at(recordFolder(places)));
    const release = await store.lock();
    await takeAway(options, terminal).finally(release);
  },
});
