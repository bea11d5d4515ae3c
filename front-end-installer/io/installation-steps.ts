/** The steps that bring a planned installation about. Each remembers before it changes anything. */
import type { Places } from '../../lib/one/places.ts';
import { absent, isSameState, stateName } from '../file-state.ts';
import { formatFileChange } from '../format-plan.ts';
import { formerNameOf, type RegisteredHook } from '../hooks.ts';
import type { FileChange } from '../plan-files.ts';
import {
  emptyRecord,
  forgetHooks,
  type HookRecord,
  type InstallRecord,
  rememberFile,
  rememberHook,
} from '../record.ts';
import { addRestarts, type Restart, restartsFor } from '../restarts.ts';
import { hookStep } from './hook-registry.ts';
import { hooksOf, type Installation, type InstallationPlan, planInstallation } from './plan-installation.ts';
import type { Step } from './run-installation.ts';

const copyPath = (path: string, now: Date): string =>
  `${path}.oneext-${now.toISOString().replaceAll(/[-:]/g, '')}.bak`;

const nothing = async (): Promise<void> => undefined;

/** Remembers before it writes: whatever ends the process, the next run knows what stood there. */
interface Memory {
  readonly update: (change: (record: InstallRecord) => InstallRecord) => Promise<void>;
}

const fileStep = (
  { fileSystem, store, owners, now, places }: Installation,
  memory: Memory,
  change: FileChange,
): Step => {
  const { path, from, to, original, check } = change;
  const made: string[] = [];
  const copy = copyPath(path, now);
  return {
    title: formatFileChange(change, places.suite),
    async run() {
      const kept = original === undefined ? undefined : await store.keep(original);
      const folders = to.kind === 'absent' ? [] : await fileSystem.missingFolders(path);
      await memory.update((record) => {
        const remembered = rememberFile(record, path, stateName(to), kept, change.editKind);
        return { ...remembered, folders: [...new Set([...remembered.folders, ...folders])] };
      });
      if (change.isAdopted) return;
      for (const folder of folders) {
        made.unshift(folder);
        await fileSystem.makeFolder(folder, to.kind === 'file' ? to : owners.root);
      }
      if (change.keepsCopy) await fileSystem.write(copy, from);
      await fileSystem.write(path, to, check);
    },
    async undo() {
      if (change.isAdopted) return;
      // What was never changed is not written: where a disk is full or read-only, that would fail.
      if (!isSameState(await fileSystem.read(path), from, true)) await fileSystem.write(path, from);
      if (change.keepsCopy) await fileSystem.write(copy, absent);
      for (const folder of made) await fileSystem.removeFolder(folder);
    },
  };
};

/** The command as packages of a system have it; what we make is `commandLink`. */
const packagedCommand = '/usr/bin/oneext';

const memoryStep = (
  { store, frontEnd, places, fileSystem }: Installation,
  before: InstallRecord | undefined,
  memory: Memory,
  after: Pick<
    InstallRecord,
    | 'version'
    | 'parts'
    | 'migrateThroughTunnel'
    | 'ranksByPower'
    | 'forwardsGuests'
    | 'restarts'
    | 'isSyncPending'
  >,
): Step => ({
  title: 'remember what is there',
  async run() {
    // What a package manager has put there since is its own; the copy that runs may also be one that we made.
    const isPackaged =
      frontEnd.packageIsInPlace && places.oneLocation === '' && (await fileSystem.exists(packagedCommand));
    await memory.update((record) => ({
      ...record,
      ...after,
      files: record.files.filter(({ path }) => !(isPackaged && path.startsWith(`${places.suite}/`))),
    }));
  },
  async undo(left) {
    // What still stands there has to be known, and what stood there kept: the next run goes on, or back.
    if (left.length > 0) return;
    await store.write(before);
    await store.tidy(before);
  },
});

/** A hook that runs a program of ours already, of whatever version, has no original. */
const hookRecordOf = (
  name: string,
  hook: RegisteredHook | undefined,
  { places }: Installation,
): HookRecord => {
  const isOurs = hook?.attributes.get('COMMAND')?.startsWith(`${places.suite}/`) ?? true;
  if (hook === undefined || isOurs) return { name };
  return { name, original: Object.fromEntries(hook.attributes) };
};

const folderStep = ({ fileSystem, owners }: Installation, memory: Memory, folder: string): Step => {
  const made: string[] = [];
  return {
    title: `make the folder ${folder}`,
    async run() {
      const missing = await fileSystem.missingFolders(`${folder}/file`);
      await memory.update((record) => ({
        ...record,
        folders: [...new Set([...record.folders, ...missing])],
      }));
      for (const one of missing) {
        made.unshift(one);
        await fileSystem.makeFolder(one, owners.oneadmin);
      }
    },
    async undo() {
      for (const one of made) await fileSystem.removeFolder(one);
    },
  };
};

/** Hooks that were there already, registered by hand or by another front-end of the zone, are ours as well. */
const adoptHooksStep = (installation: Installation, memory: Memory): Step => ({
  title: 'remember the hooks',
  run: () =>
    memory.update((record) =>
      hooksOf(installation).reduce(
        (known, hook) => rememberHook(forgetHooks(known, [formerNameOf(hook) ?? '']), { name: hook.name }),
        record,
      ),
    ),
  undo: nothing,
});

const restartsAfter = (
  { prometheusUnit, frontEnd }: Installation,
  { files }: InstallationPlan,
): readonly Restart[] => {
  const paths = files.filter(({ isAdopted }) => !isAdopted).map(({ path }) => path);
  return restartsFor(paths, prometheusUnit, frontEnd.hasExporterUnit);
};

const isDriver = ({ path, isAdopted }: FileChange, { remotes }: Places): boolean =>
  !isAdopted && path.startsWith(`${remotes}/`);

/** Whether the drivers on the hypervisors are old, or will be. */
export const needsSync = (
  { places }: Pick<Installation, 'places'>,
  { files }: Pick<InstallationPlan, 'files'>,
  before: InstallRecord | undefined,
): boolean => before?.isSyncPending === true || files.some((change) => isDriver(change, places));

/** Fails where something is not as planned after all. */
const verifyStep = (installation: Installation): Step => ({
  title: 'look whether all of it is so',
  async run() {
    const { files, hooks } = await planInstallation(installation, await installation.store.read());
    const left = [...files.map(({ path }) => path), ...hooks.map(({ kind }) => kind)];
    if (left.length > 0) throw new Error(`still to do: ${left.join('; ')}`);
  },
  undo: nothing,
});

/** In order; each remembers before it changes anything. */
export const installationSteps = (
  installation: Installation,
  plan: InstallationPlan,
  before: InstallRecord | undefined,
  systemd: { readonly reload: (() => Promise<void>) | undefined },
): readonly Step[] => {
  const { store, client, version, migrateThroughTunnel, ranksByPower, forwardsGuests, parts } = installation;
  let record = before ?? emptyRecord(version);
  const memory: Memory = {
    async update(change) {
      record = change(record);
      await store.write(record);
    },
  };
  const reload = plan.files.some(({ path }) => path.startsWith('/etc/systemd/')) ? systemd.reload : undefined;
  const after = {
    version,
    parts: [...new Set([...record.parts, ...parts])],
    migrateThroughTunnel: record.migrateThroughTunnel || migrateThroughTunnel,
    ...(record.ranksByPower || ranksByPower ? { ranksByPower: true } : {}),
    ...(record.forwardsGuests || forwardsGuests ? { forwardsGuests: true } : {}),
    isSyncPending: needsSync(installation, plan, record),
    restarts: addRestarts(record.restarts ?? [], restartsAfter(installation, plan), installation.now),
  };
  const hookSteps =
    client === undefined
      ? []
      : plan.hooks.map((change) =>
          hookStep(client, change, (name, hook) =>
            memory.update((one) => rememberHook(one, hookRecordOf(name, hook, installation))),
          ),
        );
  return [
    memoryStep(installation, before, memory, after),
    ...(reload === undefined ? [] : [{ title: 'have systemd ready', run: nothing, undo: reload }]),
    ...plan.files.map((change) => fileStep(installation, memory, change)),
    ...plan.folders.map((folder) => folderStep(installation, memory, folder)),
    ...hookSteps,
    ...(client === undefined ? [] : [adoptHooksStep(installation, memory)]),
    ...(reload === undefined
      ? []
      : [{ title: 'let systemd read its units again', run: reload, undo: nothing }]),
    verifyStep(installation),
  ];
};
