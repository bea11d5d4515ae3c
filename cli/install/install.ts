/** `oneext install`: puts the suite on this front-end. */

import { configurationFilesOf, filesOfConfiguration } from '../../auth-biscuit/io/read-configuration.ts';
import { powerRanks } from '../../collectors/scheduler-options.ts';
import { installError } from '../../front-end-installer/errors.ts';
import { formatFileChange, formatHookChange } from '../../front-end-installer/format-plan.ts';
import { fileSystemAt } from '../../front-end-installer/io/files.ts';
import { installationSteps, needsSync } from '../../front-end-installer/io/installation-steps.ts';
import {
  hooksOf,
  type Installation,
  type InstallationPlan,
  planInstallation,
} from '../../front-end-installer/io/plan-installation.ts';
import { recordStoreIn } from '../../front-end-installer/io/record-store.ts';
import { runInstallation } from '../../front-end-installer/io/run-installation.ts';
import { readPackage, surveyFrontEnd } from '../../front-end-installer/io/survey.ts';
import { parts as allParts, type Part, parseParts } from '../../front-end-installer/parts.ts';
import { type InstallRecord, isRemembered } from '../../front-end-installer/record.ts';
import { suiteHooks } from '../../hooks/hooks.ts';
import {
  choiceOption,
  flagsOnly,
  type OptionSpec,
  type OptionValues,
  optional,
  switchOption,
} from '../../lib/config/options.ts';
import { connectOne } from '../../lib/io/connect-one.ts';
import { watchInterruption } from '../../lib/io/interruption.ts';
import { filesOfWebConfig } from '../../lib/io/read-web-config.ts';
import { packageFolder, processIds } from '../../lib/io/this-process.ts';
import { placesOf } from '../../lib/one/places.ts';
import { version } from '../../lib/version.ts';
import { defineVerb, type Terminal } from '../command.ts';
import { cliError } from '../errors.ts';
import { afterInstall, planAfterInstall } from './after-install.ts';
import {
  editsForInstall,
  type FollowingOptions,
  followingTable,
  installTable,
  recordFolder,
  requireRoot,
  runOptions,
  schedulerConfs,
} from './front-end.ts';
import { forwardAddressOption, guestForwardOf, guestProblems } from './io/guest-forward.ts';
import { unreadableFiles } from './io/readable-files.ts';
import { hasSystemd, reloadUnits } from './io/services.ts';
import { formatPlan, newLines } from './progress.ts';

const partsOption: OptionSpec<readonly Part[]> = {
  help: `install these parts only: ${allParts.join(', ')}`,
  form: 'PART,...',
  default: allParts.join(','),
  parse: (text) => {
    const chosen = parseParts(text);
    return 'parts' in chosen ? { value: chosen.parts } : { mustBe: `some of ${allParts.join(', ')}` };
  },
};

const rankOption = choiceOption(
  {
    help: 'let the scheduler place VMs where they cost the fewest watts, or grams of CO2 (later runs remember it; needs --scheduler.attributes of the exporter)',
  },
  powerRanks,
);

const options = {
  ...runOptions(
    'print what would change, and change nothing; exit code 10 if something would change, else 0',
    'install into the image of a front-end that is being made in this folder: files only, no hooks',
  ),
  ...flagsOnly({ only: partsOption }),
  'migrate-through-tunnel': switchOption(
    'let the drivers kvm and qemu in oned.conf migrate through a tunnel (later runs remember it)',
  ),
  ...flagsOnly({ 'scheduler-rank': optional(rankOption) }),
  'guest-power': switchOption(
    "let the hypervisors' proxy (tproxy) forward the port for guests, so that VMs on networks of Linux bridges reach it without a route (later runs remember it; needs --guest.listen-address of the exporter)",
  ),
  ...flagsOnly({ 'guest-power-address': optional(forwardAddressOption) }),
  ...installTable,
};
type Options = OptionValues<typeof options> & FollowingOptions;

const driversLine = 'bring the drivers on the hypervisors in line (onehost sync --force)';

/** What is looked at before anything is locked. */
const survey = async (given: Options, { environment }: Terminal) => {
  const places = placesOf(environment);
  const fileSystem = fileSystemAt(given.root);
  const folder = packageFolder();
  return {
    places,
    fileSystem,
    ...(await surveyFrontEnd(fileSystem, places, folder)),
    packageFiles: await readPackage(folder),
    store: recordStoreIn(fileSystem.at(recordFolder(places))),
    client:
      given.root === '' ? await connectOne(environment, { totalTimeoutMs: given['one.timeout'] }) : undefined,
  };
};
type Survey = Awaited<ReturnType<typeof survey>>;

const prepare = async (
  given: Options,
  surveyed: Survey,
  before: InstallRecord | undefined,
  now: Date,
): Promise<Installation> => {
  const { only: parts, root } = given;
  const { places, frontEnd, client } = surveyed;
  const migrateThroughTunnel = given['migrate-through-tunnel'] || before?.migrateThroughTunnel === true;
  const { hasPrometheus } = frontEnd;
  const ranksByPower = given['scheduler-rank'] !== undefined || before?.ranksByPower === true;
  const forwardsGuests = given['guest-power'] || before?.forwardsGuests === true;
  const guestForward = forwardsGuests ? guestForwardOf(given) : undefined;
  const choice = {
    ...{ places, root, parts, migrateThroughTunnel, ranksByPower, hasPrometheus },
    guestForward,
  };
  const usesTargets = parts.includes('prometheus') && hasPrometheus;
  return {
    ...surveyed,
    version,
    parts,
    migrateThroughTunnel,
    ranksByPower,
    forwardsGuests,
    edits: await editsForInstall(choice, given, client),
    suiteHooks,
    prometheusUnit: given['prometheus.unit'],
    folders: usesTargets ? [given['prometheus.targets-folder']] : [],
    now,
  };
};

/** Read as oneadmin by what is installed; only root can try whether oneadmin can. */
const unreadable = async (given: Options, { owners, places }: Installation): Promise<readonly string[]> => {
  if (given.root !== '' || processIds().uid !== 0) return [];
  const files = [
    given['config.file'],
    ...(await filesOfWebConfig(given['web.config.file'])),
    ...given['geolocation.database'],
    ...given['energy.co2-hourly-file'],
    ...(await filesOfConfiguration(configurationFilesOf(places.oneLocation))),
  ];
  return unreadableFiles(
    files.filter((file) => file !== ''),
    owners.oneadmin,
  );
};

/** What stands between the scheduler's rank and a POWER_RANK that means what was asked for. */
const rankProblems = async (
  given: Options,
  { fileSystem, places }: Installation,
): Promise<{ readonly problems: readonly string[]; readonly notes: readonly string[] }> => {
  const rank = given['scheduler-rank'];
  if (rank === undefined) return { problems: [], notes: [] };
  const files = schedulerConfs(places);
  const isThere = (await Promise.all(files.map(fileSystem.exists))).includes(true);
  const isWritten = given['scheduler.attributes'] && given['scheduler.rank'] === rank;
  return {
    problems: isThere ? [] : [`--scheduler-rank: there is neither ${files.join(' nor ')} to edit`],
    notes: isWritten
      ? []
      : [
          `POWER_RANK is not written as --scheduler-rank ${rank} wants it: put "scheduler: {attributes: true, rank: ${rank}}" into ${given['config.file']} and restart opennebula-exporter`,
        ],
  };
};

interface Input {
  readonly options: Options;
  /** oneext.yaml, parsed. */
  readonly document: unknown;
}

/** Fails with WOULD_CHANGE if there is something to do. */
const showPlan = async (
  input: Input,
  terminal: Terminal,
  installation: Installation,
  before: InstallRecord | undefined,
  { plan, changes }: { readonly plan: InstallationPlan; readonly changes: readonly string[] },
): Promise<void> => {
  const isHere = input.options.root === '';
  const all = [
    ...changes,
    ...(isHere && needsSync(installation, plan, before) ? [driversLine] : []),
    ...(isHere ? await planAfterInstall(input, terminal, installation, before?.restarts) : []),
  ];
  if (all.length === 0) return terminal.writeResult('nothing to change\n');
  terminal.writeResult(formatPlan(all));
  throw cliError('WOULD_CHANGE', { what: 'this front-end' });
};

const apply = async (
  input: Input,
  terminal: Terminal,
  installation: Installation,
  before: InstallRecord | undefined,
): Promise<void> => {
  const { options: given } = input;
  const isHere = given.root === '';
  const planned = await planInstallation(installation, before);
  const rank = await rankProblems(given, installation);
  const guests = await guestProblems(given, installation);
  const plan = {
    ...planned,
    notes: [...planned.notes, ...rank.notes, ...guests.notes],
    problems: [
      ...planned.problems,
      ...rank.problems,
      ...guests.problems,
      ...(await unreadable(given, installation)),
    ],
  };
  for (const note of plan.notes) terminal.writeNote(`note: ${note}\n`);
  if (plan.problems.length > 0) {
    throw installError('INSTALL_REFUSED', {
      count: plan.problems.length,
      problems: plan.problems.join('; '),
    });
  }
  const changes = [
    ...plan.files.map((change) => formatFileChange(change, installation.places.suite)),
    ...plan.folders.map((folder) => `make the folder ${folder}`),
    ...plan.hooks.map(formatHookChange),
  ];
  if (given.plan) return showPlan(input, terminal, installation, before, { plan, changes });
  const hooks = installation.client === undefined ? [] : hooksOf(installation).map(({ name }) => name);
  if (changes.length > 0 || !isRemembered(before, installation, hooks)) {
    const reload = isHere && (await hasSystemd()) ? reloadUnits : undefined;
    const steps = installationSteps(installation, plan, before, { reload });
    const interruption = watchInterruption();
    await runInstallation(steps, newLines(terminal), interruption.first).finally(interruption.close);
  }
  terminal.writeResult(
    changes.length === 0
      ? 'nothing to change\n'
      : `${changes.length} ${changes.length === 1 ? 'change' : 'changes'} made\n`,
  );
  if (isHere) await afterInstall(input, terminal, installation);
};

export const install = defineVerb({
  name: 'install',
  summary: 'put the suite on this front-end: exporter, authentication driver, hooks, rules, live migration',
  operands: '',
  details: `Plans, changes, and looks whether all of it is so; whatever fails, everything is undone. A second run changes
nothing; one of a newer version upgrades. oneext uninstall puts every file back as it was.`,
  options,
  alsoReads: followingTable,
  run: async ({ options: given, document }, terminal) => {
    if (!given.plan) requireRoot(placesOf(terminal.environment), given.root);
    const surveyed = await survey(given, terminal);
    const release = given.plan ? async () => undefined : await surveyed.store.lock();
    try {
      const before = await surveyed.store.read();
      const installation = await prepare(given, surveyed, before, terminal.now());
      await apply({ options: given, document }, terminal, installation, before);
    } finally {
      await release();
    }
  },
});
