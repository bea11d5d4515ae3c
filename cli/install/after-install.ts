/**
 * What follows an installation: target files, places of hosts, drivers on the hypervisors, services. None of it
 * undoes anything.
 */

import type { Installation } from '../../front-end-installer/io/plan-installation.ts';
import type { Restart } from '../../front-end-installer/restarts.ts';
import { timersOf, wantedFiles } from '../../front-end-installer/wanted-files.ts';
import { locateNewHosts } from '../../geolocation/io/sync-geolocation.ts';
import { requireStaticCoordinates } from '../../geolocation/static-coordinates.ts';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { processIds } from '../../lib/io/this-process.ts';
import { shortLine } from '../../lib/text/short-lists.ts';
import type { Terminal } from '../command.ts';
import { syncAllTargets } from '../prometheus/io/scraped-cloud.ts';
import type { FollowingOptions, InstallOptions } from './front-end.ts';
import {
  formatRestart,
  hasSystemd,
  restartServices,
  startTimers,
  stillPending,
  syncRemotes,
} from './io/services.ts';

export interface InstallInput {
  readonly options: InstallOptions & FollowingOptions & { readonly restart: boolean };
  /** oneext.yaml, parsed. */
  readonly document: unknown;
}

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
  terminal.writeResult(`for the changes to take effect${otherwise}:\n${lines.join('')}`);
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
  const isDone = await attendServices(pending, isAskedFor, terminal, ' (oneext install --restart does it)');
  await store.write({ ...record, restarts: isDone ? [] : pending });
};

/** Those of this run and of earlier ones, until the copies on all hypervisors are known to be in line. */
const attendDrivers = async (terminal: Terminal, { store, places }: Installation): Promise<void> => {
  const record = await store.read();
  if (record?.isSyncPending !== true) return;
  await syncRemotes(places, terminal.environment);
  await store.write({ ...record, isSyncPending: false });
  terminal.writeResult('the drivers on the hypervisors are in line (onehost sync --force)\n');
};

const countOf = (count: number, name: string): string => `${count} ${name}${count === 1 ? '' : 's'}`;

const placeHosts = async (
  { options, document }: InstallInput,
  terminal: Terminal,
  { client, owners, places }: Installation,
): Promise<void> => {
  if (client === undefined) return;
  const sshCaller =
    processIds().uid === 0
      ? { user: owners.oneadmin, env: { ...terminal.environment, HOME: places.var } }
      : {};
  const hosts = await locateNewHosts(client, {
    staticCoordinates: requireStaticCoordinates(document),
    databases: options['geolocation.database'],
    sshTimeoutMs: options['geolocation.ssh-timeout'],
    sshCaller,
  });
  const set = hosts.filter(({ result }) => result === 'set').length;
  if (set > 0) terminal.writeResult(`GEOLOCATION was set for ${countOf(set, 'host')} that had none\n`);
  const unknown = hosts.length - set;
  if (unknown > 0) {
    terminal.writeResult(
      `${countOf(unknown, 'host')} ${unknown === 1 ? 'has' : 'have'} no GEOLOCATION: oneext geolocation sync, as oneadmin, says why\n`,
    );
  }
};

const sync = async (
  { options }: InstallInput,
  terminal: Terminal,
  { client, now }: Installation,
): Promise<void> => {
  if (client === undefined) return;
  const { targets } = await syncAllTargets(client, options, now);
  terminal.writeResult(`${targets} VMs with PROMETHEUS_EXPORTER have target files\n`);
};

export const afterInstall = async (
  input: InstallInput,
  terminal: Terminal,
  installation: Installation,
): Promise<void> => {
  const { folders, parts, frontEnd, packageFiles } = installation;
  const tryTo = (what: string, work: () => Promise<void>, next: string): Promise<void> =>
    work().catch((thrown: unknown) =>
      terminal.writeNote(`warning: ${what}: ${shortLine(reasonOf(thrown))}\n  -> ${next}\n`),
    );
  if (folders.length > 0) {
    await tryTo(
      'there are no target files yet',
      () => sync(input, terminal, installation),
      'run oneext prometheus sync, as oneadmin',
    );
  }
  if (parts.includes('geolocation')) {
    await tryTo(
      'the hosts that were there before have no GEOLOCATION yet',
      () => placeHosts(input, terminal, installation),
      'run oneext geolocation sync, as oneadmin',
    );
  }
  await tryTo(
    'the drivers on the hypervisors are those from before',
    () => attendDrivers(terminal, installation),
    'each run of oneext install tries again, until it succeeds; by hand: onehost sync --force, as oneadmin',
  );
  await tryTo(
    'the timers do not run',
    () => startTimers(timersOf(wantedFiles(frontEnd, parts, packageFiles).map(({ path }) => path))),
    'systemctl list-timers shows them; systemctl start TIMER starts one',
  );
  await attendPending(input.options.restart, terminal, installation);
  if (parts.includes('exporter')) {
    terminal.writeResult('next: oneext hosts install (power agents), oneext doctor (does all of it work?)\n');
  }
};
