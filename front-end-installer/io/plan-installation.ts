/** Surveys a front-end and plans what an installation changes there. */
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { Places } from '../../lib/one/places.ts';
import {
  desiredFromEdits,
  desiredFromOld,
  desiredFromWanted,
  hasFirstGeneration,
  type Owners,
} from '../desired-files.ts';
import type { EditedFile } from '../edited-file.ts';
import { installError } from '../errors.ts';
import { absent, type FileState, stateName } from '../file-state.ts';
import { oldFiles } from '../first-generation.ts';
import {
  commandOf,
  type HookChange,
  planHooks,
  type SuiteHook,
  suiteHookOf,
  type WantedHook,
  wantHook,
} from '../hooks.ts';
import type { Part } from '../parts.ts';
import { type DesiredFile, type FileChange, planFiles, type States } from '../plan-files.ts';
import type { FileRecord, InstallRecord } from '../record.ts';
import {
  commandLink,
  type FrontEnd,
  type PackageFile,
  relocateText,
  timerLinks,
  type WantedFile,
  type WantedLink,
  wantedFiles,
} from '../wanted-files.ts';
import type { FileSystem } from './files.ts';
import { readHooks } from './hook-registry.ts';
import type { RecordStore } from './record-store.ts';

export interface Installation {
  readonly version: string;
  readonly places: Places;
  readonly frontEnd: FrontEnd;
  readonly owners: Owners;
  readonly fileSystem: FileSystem;
  readonly store: RecordStore;
  readonly packageFiles: readonly PackageFile[];
  readonly parts: readonly Part[];
  readonly migrateThroughTunnel: boolean;
  /** Hosts are to be ranked by POWER_RANK. */
  readonly ranksByPower?: boolean;
  /** Hypervisors are to forward the port for guests. */
  readonly forwardsGuests?: boolean;
  readonly edits: readonly EditedFile[];
  /** All hooks of the suite, those of other parts too. */
  readonly suiteHooks: readonly SuiteHook[];
  /** Prometheus' unit in systemd. */
  readonly prometheusUnit: string;
  /** Folders that have to be there, for oneadmin. */
  readonly folders: readonly string[];
  /** `undefined`: hooks are left alone, as an image of a front-end has no OpenNebula that runs. */
  readonly client: XmlRpcClient | undefined;
  readonly now: Date;
}

export interface InstallationPlan {
  readonly files: readonly FileChange[];
  /** Folders that are to be made. */
  readonly folders: readonly string[];
  readonly hooks: readonly HookChange[];
  /** For people: what is of the first generation and stays, what is not there. */
  readonly notes: readonly string[];
  /** What hinders it; nothing may be changed while there are any. */
  readonly problems: readonly string[];
}

/** The hooks of the parts that are installed. Fails with INSTALL_PACKAGE for a template of an unknown hook. */
export const hooksOf = ({ packageFiles, places, parts, suiteHooks }: Installation): readonly WantedHook[] =>
  packageFiles
    .filter(({ name }) => name.startsWith('hooks/templates/'))
    .flatMap(({ name: path, content }) => {
      const wanted = wantHook(relocateText(content, places));
      const known = suiteHookOf(suiteHooks, commandOf(wanted));
      if (known === undefined) {
        const detail = `no hook of this version of oneext has the command ${commandOf(wanted)}`;
        throw installError('INSTALL_PACKAGE', { path, detail });
      }
      return parts.includes(known.part) ? [wanted] : [];
    });

const readStates = async (
  fileSystem: FileSystem,
  paths: readonly string[],
): Promise<ReadonlyMap<string, FileState>> =>
  new Map(await Promise.all(paths.map(async (path) => [path, await fileSystem.read(path)] as const)));

const notesOf = ({ parts, frontEnd, client }: Installation): readonly string[] => {
  const notes: string[] = [];
  if (parts.includes('exporter') && !frontEnd.hasExporterUnit)
    notes.push(
      `there is no opennebula-exporter.service (package opennebula-prometheus): start the exporter yourself, as oneadmin: ${frontEnd.places.suite}/opennebula-exporter`,
    );
  if (parts.includes('prometheus') && !frontEnd.hasPrometheus)
    notes.push(
      `there is no ${frontEnd.places.etc}/prometheus/prometheus.yml: once opennebula-prometheus is installed, run oneext install again`,
    );
  if (parts.includes('live-migrate') && !frontEnd.isHypervisor)
    notes.push('the rules for sudo belong on the hypervisors: oneext hosts install --live-migrate');
  if (client === undefined)
    notes.push(
      'this is an image: oneext install registers the hooks when you run it on the front-end itself',
    );
  return notes;
};

/** The timers, and the command in the PATH, where no package manager has put it there. */
const wantedLinks = (
  { places, frontEnd }: Installation,
  wanted: readonly WantedFile[],
): readonly WantedLink[] => [
  ...(frontEnd.packageIsInPlace ? [] : [{ path: commandLink(places), target: `${places.suite}/oneext` }]),
  ...timerLinks(wanted),
];

const desiredLink = ({ path, target }: WantedLink, states: States): DesiredFile => {
  const to: FileState = { kind: 'link', target };
  const current = states.get(path) ?? absent;
  return { path, to, changes: [], ...(stateName(current) === stateName(to) ? { original: absent } : {}) };
};

/** Files that an older version of ours had in the suite's own folder, and this one has not. */
const desiredWithoutOld = (
  { places, frontEnd }: Installation,
  wanted: readonly WantedFile[],
  records: readonly FileRecord[],
): readonly DesiredFile[] => {
  const paths = new Set(wanted.map(({ path }) => path));
  const isStale = ({ path }: FileRecord): boolean =>
    !frontEnd.packageIsInPlace && path.startsWith(`${places.suite}/`) && !paths.has(path);
  return records.filter(isStale).map(({ path }) => ({ path, to: absent, changes: [] }));
};

const missingOf = async (fileSystem: FileSystem, folders: readonly string[]): Promise<readonly string[]> => {
  const exist = await Promise.all(folders.map(fileSystem.exists));
  return folders.filter((_, at) => exist[at] !== true);
};

export const planInstallation = async (
  installation: Installation,
  record: InstallRecord | undefined,
): Promise<InstallationPlan> => {
  const { fileSystem, places, parts, frontEnd, packageFiles, edits, client, owners } = installation;
  const wanted = wantedFiles(frontEnd, parts, packageFiles);
  const old = oldFiles(places).filter(({ part }) => parts.includes(part));
  const records = record?.files ?? [];
  const links = wantedLinks(installation, wanted);
  const stale = desiredWithoutOld(installation, wanted, records);
  const driver = `${places.remotes}/auth/biscuit/authenticate`;
  const paths = [
    ...[...wanted, ...stale, ...old, ...edits].map(({ path }) => path),
    ...old.flatMap(({ fate }) => (fate.kind === 'restore' ? [fate.from] : [])),
    ...oldFiles(places).map(({ path }) => path),
    driver,
    ...links.map(({ path }) => path),
  ];
  const states = await readStates(fileSystem, [...new Set(paths)]);
  const fromOld = desiredFromOld(old, states);
  const takesOver = !hasFirstGeneration(oldFiles(places), driver, states, records);
  const fromEdits = desiredFromEdits(edits, states, records, takesOver);
  const desired = [
    ...desiredFromWanted(wanted, states, owners, places.suite),
    ...stale,
    ...links.map((link) => desiredLink(link, states)),
    ...fromOld.desired,
    ...fromEdits.desired,
  ];
  const comparesOwners = process.getuid?.() === 0;
  return {
    files: planFiles(desired, states, records, comparesOwners),
    folders: await missingOf(fileSystem, installation.folders),
    hooks: client === undefined ? [] : planHooks(hooksOf(installation), await readHooks(client)),
    notes: [...notesOf(installation), ...fromOld.notes, ...fromEdits.notes],
    problems: fromEdits.problems,
  };
};
