/** `oneext install`: puts the suite on this front-end. */

import { installError } from '../../front-end-installer/errors.ts';
import { formatFileChange, formatHookChange } from '../../front-end-installer/format-plan.ts';
import { fileSystemAt } from '../../front-end-installer/io/files.ts';
import { installationSteps } from '../../front-end-installer/io/installation-steps.ts';
import {
  hooksOf,
  type Installation,
  planInstallation,
} from '../../front-end-installer/io/plan-installation.ts';
import { recordStoreIn } from '../../front-end-installer/io/record-store.ts';
import { runInstallation } from '../../front-end-installer/io/run-installation.ts';
import { readPackage, surveyFrontEnd } from '../../front-end-installer/io/survey.ts';
import { parts as allParts, type Part, parseParts } from '../../front-end-installer/parts.ts';
import { isRemembered } from '../../front-end-installer/record.ts';
import { suiteHooks } from '../../hooks/hooks.ts';
import { connectOne } from '../../lib/io/connect-one.ts';
import { watchInterruption } from '../../lib/io/interruption.ts';
import { packageFolder } from '../../lib/io/this-process.ts';
import { placesOf } from '../../lib/one/places.ts';
import { version } from '../../lib/version.ts';
import { type Given, type Terminal, textOf, usageError, type Verb } from '../command.ts';
import { readConfigured, verbOptions } from '../configured.ts';
import { afterInstall } from './after-install.ts';
import { editsForInstall, installTable, recordFolder, requireRoot } from './front-end.ts';
import { hasSystemd, reloadUnits } from './io/services.ts';
import { formatPlan, newLines } from './progress.ts';

const chosenParts = (given: Given): readonly Part[] => {
  const text = textOf(given, 'only');
  if (text === undefined) return allParts;
  const chosen = parseParts(text);
  if ('parts' in chosen) return chosen.parts;
  throw usageError(
    `--only has ${chosen.unknown.map((word) => JSON.stringify(word)).join(', ')} but there are ${allParts.join(', ')}`,
  );
};

/** '' is the machine itself. */
export const chosenRoot = (given: Given): string => {
  const root = textOf(given, 'root') ?? '';
  if (root !== '' && !root.startsWith('/'))
    throw usageError(`--root is ${JSON.stringify(root)} but must be an absolute path`);
  return root.replace(/\/+$/, '');
};

const prepare = async (given: Given, terminal: Terminal): Promise<Installation> => {
  const parts = chosenParts(given);
  const root = chosenRoot(given);
  const places = placesOf(terminal.environment);
  const { options } = await readConfigured(installTable, given, terminal);
  const fileSystem = fileSystemAt(root);
  const store = recordStoreIn(fileSystem.at(recordFolder(places)));
  const folder = packageFolder();
  const { frontEnd, owners } = await surveyFrontEnd(fileSystem, places, folder);
  const before = await store.read();
  const migrateThroughTunnel =
    given.values['migrate-through-tunnel'] === true || before?.migrateThroughTunnel === true;
  const client =
    root === ''
      ? await connectOne(terminal.environment, { totalTimeoutMs: options['one.timeout'] })
      : undefined;
  const choice = { places, root, parts, migrateThroughTunnel, hasPrometheus: frontEnd.hasPrometheus };
  const usesTargets = parts.includes('prometheus') && frontEnd.hasPrometheus;
  return {
    version,
    places,
    frontEnd,
    owners,
    fileSystem,
    store,
    packageFiles: await readPackage(folder),
    parts,
    migrateThroughTunnel,
    edits: await editsForInstall(choice, options, client),
    suiteHooks,
    prometheusUnit: options['prometheus.unit'],
    folders: usesTargets ? [options['prometheus.targets-folder']] : [],
    client,
    now: terminal.now(),
  };
};

const apply = async (given: Given, terminal: Terminal, installation: Installation): Promise<void> => {
  const isHere = chosenRoot(given) === '';
  const { store } = installation;
  const before = await store.read();
  const plan = await planInstallation(installation, before);
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
  if (given.values['plan'] === true) {
    if (changes.length === 0) return terminal.writeResult('nothing to change\n');
    return terminal.writeResult(formatPlan(changes));
  }
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
  if (isHere) await afterInstall(given, terminal, installation, plan);
};

export const install: Verb = {
  name: 'install',
  summary: 'put the suite on this front-end: exporter, authentication driver, hooks, rules, live migration',
  operands: '',
  details: `Plans, changes, and looks whether all of it is so; whatever fails, everything is undone. A second run changes
nothing; one of a newer version upgrades. oneext uninstall puts every file back as it was.`,
  options: {
    plan: { form: '', help: 'print what would change, and change nothing' },
    only: { form: 'PART,...', help: `these parts only: ${allParts.join(', ')} (default: all)` },
    'migrate-through-tunnel': {
      form: '',
      help: 'let the drivers kvm and qemu in oned.conf migrate through a tunnel (remembered by later runs)',
    },
    restart: { form: '', help: 'restart the services that need it; without it, they are named' },
    root: {
      form: 'FOLDER',
      help: 'install into an image of a front-end that is being made in this folder: files only, no hooks',
    },
    ...verbOptions(installTable),
  },
  run: async (given, terminal) => {
    const places = placesOf(terminal.environment);
    if (given.values['plan'] !== true) requireRoot(places, chosenRoot(given));
    const installation = await prepare(given, terminal);
    if (given.values['plan'] === true) return apply(given, terminal, installation);
    const release = await installation.store.lock();
    await apply(given, terminal, installation).finally(release);
  },
};
