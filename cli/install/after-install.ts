/** What follows an installation: target files, drivers on the hypervisors, services. None of it undoes anything. */
import type { Installation, InstallationPlan } from '../../front-end-installer/io/plan-installation.ts';
import type { FileChange } from '../../front-end-installer/plan-files.ts';
import type { Restart } from '../../front-end-installer/restarts.ts';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import type { Terminal } from '../command.ts';
import { syncAllTargets } from '../prometheus/io/scraped-cloud.ts';
import type { InstallOptions } from './front-end.ts';
import { formatRestart, hasSystemd, restartServices, stillPending, syncRemotes } from './io/services.ts';

/** Restarts services where that is asked for, and names them otherwise: whether they have taken notice. */
export const attendServices = async (
  restarts: readonly Restart[],
  isAskedFor: boolean,
  terminal: Terminal,
  otherwise: string,
): Promise<boolean> => {
  if (restarts.length === 0) return true;
  if (isAskedFor && (await hasSystemd())) {
    for (const line of await restartServices(restarts)) terminal.writeResult(`${line}\n`);
    return true;
  }
  const lines = restarts.map((restart) => `  ${formatRestart(restart)}   # ${restart.why} changed\n`);
  terminal.writeResult(`for the changes to take effect (${otherwise}):\n${lines.join('')}`);
  return false;
};

/** Those of this run and of earlier ones, which nobody has restarted since. */
const attendPending = async (
  isAskedFor: boolean,
  terminal: Terminal,
  { store }: Installation,
): Promise<void> => {
  const record = await store.read();
  if (record?.restarts === undefined || record.restarts.length === 0) return;
  const pending = await stillPending(record.restarts);
  const isDone = await attendServices(pending, isAskedFor, terminal, 'oneext install --restart does it');
  await store.write({ ...record, restarts: isDone ? [] : pending });
};

const isRemote = ({ path, isAdopted }: FileChange, remotes: string): boolean =>
  !isAdopted && path.startsWith(`${remotes}/`);

const sync = async (
  options: InstallOptions,
  terminal: Terminal,
  { client, now }: Installation,
): Promise<void> => {
  if (client === undefined) return;
  const { targets } = await syncAllTargets(client, options, now);
  terminal.writeResult(`${targets} VMs with PROMETHEUS_EXPORTER have target files\n`);
};

export const afterInstall = async (
  options: InstallOptions & { readonly restart: boolean },
  terminal: Terminal,
  installation: Installation,
  { files }: InstallationPlan,
): Promise<void> => {
  const { places, folders, parts } = installation;
  const tryTo = (what: string, work: () => Promise<void>, next: string): Promise<void> =>
    work().catch((thrown: unknown) =>
      terminal.writeNote(`warning: ${what}: ${reasonOf(thrown)}; later: ${next}\n`),
    );
  if (folders.length > 0) {
    await tryTo('no target files yet', () => sync(options, terminal, installation), 'oneext prometheus sync');
  }
  if (files.some((change) => isRemote(change, places.remotes))) {
    const work = async (): Promise<void> => {
      await syncRemotes(places, terminal.environment);
      terminal.writeResult('the drivers on the hypervisors are in line (onehost sync --force)\n');
    };
    await tryTo('the drivers on the hypervisors are old', work, 'onehost sync --force, as oneadmin');
  }
  await attendPending(options.restart, terminal, installation);
  if (parts.includes('exporter')) {
    terminal.writeResult('next: oneext hosts install (power agents), oneext doctor (does all of it work?)\n');
  }
};
