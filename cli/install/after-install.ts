/** What follows an installation: target files, drivers on the hypervisors, services. None of it undoes anything. */
import type { Installation, InstallationPlan } from '../../front-end-installer/io/plan-installation.ts';
import type { FileChange } from '../../front-end-installer/plan-files.ts';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import type { Given, Terminal } from '../command.ts';
import { readConfigured } from '../configured.ts';
import { syncAllTargets } from '../io/scraped-cloud.ts';
import { formatRestart, hasSystemd, type Restart, restartServices, syncRemotes } from '../io/services.ts';
import { installTable } from './front-end.ts';

interface ServiceRule {
  readonly restart: Restart;
  readonly concerns: (path: string) => boolean;
}

const serviceRules = (prometheusUnit: string): readonly ServiceRule[] => [
  {
    restart: { unit: 'opennebula', verb: 'restart', why: 'oned.conf' },
    concerns: (path) => path.endsWith('/oned.conf'),
  },
  {
    restart: { unit: 'opennebula-exporter', verb: 'restart', why: 'its unit or its program' },
    concerns: (path) =>
      path.includes('/opennebula-exporter.service.d/') || path.endsWith('/opennebula-exporter'),
  },
  {
    restart: { unit: prometheusUnit, verb: 'hang-up', why: 'its configuration or rules' },
    concerns: (path) => /\/prometheus\/[^/]+\.yml$/.test(path),
  },
];

/** The services that have to take notice of changed files. */
export const restartsFor = (
  paths: readonly string[],
  prometheusUnit: string,
  hasExporterUnit: boolean,
): readonly Restart[] =>
  serviceRules(prometheusUnit)
    .filter(({ concerns }) => paths.some(concerns))
    .map(({ restart }) => restart)
    .filter(({ unit }) => unit !== 'opennebula-exporter' || hasExporterUnit);

/** Restarts them where that is asked for, and names them otherwise. */
export const attendServices = async (
  restarts: readonly Restart[],
  isAskedFor: boolean,
  terminal: Terminal,
): Promise<void> => {
  if (restarts.length === 0) return;
  if (isAskedFor && (await hasSystemd())) {
    for (const line of await restartServices(restarts)) terminal.writeResult(`${line}\n`);
    return;
  }
  const lines = restarts.map((restart) => `  ${formatRestart(restart)}   # ${restart.why} changed\n`);
  terminal.writeResult(
    `for the changes to take effect (--restart would have done it in this run):\n${lines.join('')}`,
  );
};

const isRemote = ({ path, isAdopted }: FileChange, remotes: string): boolean =>
  !isAdopted && path.startsWith(`${remotes}/`);

const sync = async (given: Given, terminal: Terminal, { client, now }: Installation): Promise<void> => {
  if (client === undefined) return;
  const { options } = await readConfigured(installTable, given, terminal);
  const { targets } = await syncAllTargets(client, options, now);
  terminal.writeResult(`${targets} VMs with PROMETHEUS_EXPORTER have target files\n`);
};

export const afterInstall = async (
  given: Given,
  terminal: Terminal,
  installation: Installation,
  { files }: InstallationPlan,
): Promise<void> => {
  const { places, folders, parts, frontEnd } = installation;
  const tryTo = (what: string, work: () => Promise<void>, next: string): Promise<void> =>
    work().catch((thrown: unknown) =>
      terminal.writeNote(`warning: ${what}: ${reasonOf(thrown)}; later: ${next}\n`),
    );
  if (folders.length > 0) {
    await tryTo('no target files yet', () => sync(given, terminal, installation), 'oneext prometheus sync');
  }
  if (files.some((change) => isRemote(change, places.remotes))) {
    const work = async (): Promise<void> => {
      await syncRemotes(places, terminal.environment);
      terminal.writeResult('the drivers on the hypervisors are in line (onehost sync --force)\n');
    };
    await tryTo('the drivers on the hypervisors are old', work, 'onehost sync --force, as oneadmin');
  }
  const { options } = await readConfigured(installTable, given, terminal);
  const changed = files.filter(({ isAdopted }) => !isAdopted).map(({ path }) => path);
  const restarts = restartsFor(changed, options['prometheus.unit'], frontEnd.hasExporterUnit);
  await attendServices(restarts, given.values['restart'] === true, terminal);
  if (parts.includes('exporter')) {
    terminal.writeResult('next: oneext hosts install (power agents), oneext doctor (does all of it work?)\n');
  }
};
