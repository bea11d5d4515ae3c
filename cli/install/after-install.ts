/**
 * What follows an installation: target files, places of hosts, drivers on the hypervisors, services. None of it
 * undoes anything.
 */

import type { Installation } from '../../front-end-installer/io/plan-installation.ts';
import type { PendingRestart, Restart } from '../../front-end-installer/restarts.ts';
import { timersOf, wantedFiles } from '../../front-end-installer/wanted-files.ts';
import { locateNewHosts } from '../../geolocation/io/sync-geolocation.ts';
import type { AlignedHost, SyncMode } from '../../geolocation/io/update-geolocation.ts';
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

/** Of the hosts that have no GEOLOCATION: what was set, or would be. */
const locateHosts = async (
  { options, document }: InstallInput,
  terminal: Terminal,
  { client, owners, places }: Installation,
  mode: SyncMode,
): Promise<readonly AlignedHost[]> => {
  if (client === undefined) return [];
  const sshCaller =
    processIds().uid === 0
      ? { user: owners.oneadmin, env: { ...terminal.environment, HOME: places.var } }
      : {};
  const locate = {
    staticCoordinates: requireStaticCoordinates(document),
    databases: options['geolocation.database'],
    sshTimeoutMs: options['geolocation.ssh-timeout'],
    sshCaller,
  };
  return locateNewHosts(client, locate, mode);
};

const placeHosts = async (
  input: InstallInput,
  terminal: Terminal,
  installation: Installation,
): Promise<void> => {
  const hosts = await locateHosts(input, terminal, installation, 'change');
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

/** What a run would change after its own files: a line each. What cannot be looked at would not be changed either. */
export const planAfterInstall = async (
  input: InstallInput,
  terminal: Terminal,
  installation: Installation,
  restarts: readonly PendingRestart[] = [],
): Promise<readonly string[]> => {
  const { client, folders, parts, now } = installation;
  const { options } = input;
  const look = (what: string, work: () => Promise<string>): Promise<string> =>
    work().catch((thrown: unknown) => {
      terminal.writeNote(`warning: ${what} is not known: ${shortLine(reasonOf(thrown))}\n`);
      return '';
    });
  const targets = async (): Promise<string> => {
    if (client === undefined || folders.length === 0) return '';
    const { written, removed } = await syncAllTargets(client, options, now, 'compare');
    const changes = [
      ...(written.length > 0 ? [`write ${countOf(written.length, 'target file')}`] : []),
      ...(removed.length > 0 ? [`remove ${countOf(removed.length, 'target file')}`] : []),
    ];
    return changes.join(' and ');
  };
  const places = async (): Promise<string> => {
    if (!parts.includes('geolocation')) return '';
    const hosts = await locateHosts(input, terminal, installation, 'compare');
    const set = hosts.filter(({ result }) => result === 'set').length;
    return set === 0
      ? ''
      : `set GEOLOCATION of ${countOf(set, 'host')} that ${set === 1 ? 'has' : 'have'} none`;
  };
  const pending = options.restart ? await stillPending(restarts) : [];
  const lines = [
    await look('which target files would change', targets),
    await look('which hosts would get GEOLOCATION', places),
  ];
  return [...lines.filter((line) => line !== ''), ...pending.map(formatRestart)];
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
