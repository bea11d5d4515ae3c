/** Takes an installation away again: each thing by itself, so that one that fails does not keep the others. */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { Places } from '../../lib/one/places.ts';
import { fewOf, shortLine } from '../../lib/text/short-lists.ts';
import { revertState } from '../desired-files.ts';
import type { EditedFile } from '../edited-file.ts';
import { stateName } from '../file-state.ts';
import { formatFileReturn, formatFolderReturn } from '../format-plan.ts';
import type { RegisteredHook } from '../hooks.ts';
import { planReturn } from '../plan-files.ts';
import type { FileRecord, HookRecord, InstallRecord } from '../record.ts';
import { commandLink } from '../wanted-files.ts';
import type { FileSystem } from './files.ts';
import { deleteHook, readHooks, restoreHook } from './hook-registry.ts';
import type { RecordStore } from './record-store.ts';

export interface Removal {
  readonly places: Places;
  readonly fileSystem: FileSystem;
  readonly store: RecordStore;
  readonly edits: readonly EditedFile[];
  /** `undefined`: hooks stay. */
  readonly client: XmlRpcClient | undefined;
}

/** One thing on the way back, to be shown and to be done. */
export interface Return {
  readonly line: string;
  /** `undefined`: nothing is done. */
  readonly run: (() => Promise<void>) | undefined;
  /** It stays, or not all of it goes: people have to know. */
  readonly isKept: boolean;
  /** Only once all else has gone: another run needs these programs, and a folder empties last. */
  readonly isLast?: true;
  /** The record without it. */
  readonly forget: (record: InstallRecord) => InstallRecord;
}

const hookReturn = (
  { client, places }: Removal & { readonly client: XmlRpcClient },
  { name, original }: HookRecord,
  registered: RegisteredHook | undefined,
): Return => {
  const forget = (record: InstallRecord): InstallRecord => ({
    ...record,
    hooks: record.hooks.filter((hook) => hook.name !== name),
  });
  const command = registered?.attributes.get('COMMAND') ?? '';
  const isOurs = command.startsWith(`${places.suite}/`);
  if (registered !== undefined && !isOurs) {
    const line = `keep the hook ${name} (${registered.id}): somebody changed it since, it runs ${command}`;
    return { line, run: undefined, isKept: true, forget };
  }
  if (original !== undefined) {
    const run = () => restoreHook(client, { name, attributes: new Map(Object.entries(original)) });
    return { line: `bring back the hook ${name}`, run, isKept: false, forget };
  }
  const run = registered === undefined ? undefined : () => deleteHook(client, name);
  return { line: `delete the hook ${name}`, run, isKept: false, forget };
};

/** OpenNebula does not answer: the hooks stay for another run, and nothing else waits for it. */
const unreachable = (hooks: readonly HookRecord[], thrown: unknown): Return => ({
  line: `delete the hooks ${fewOf(hooks.map(({ name }) => name))}`,
  run: () => Promise.reject(thrown),
  isKept: false,
  forget: (record) => record,
});

const planHookReturns = async (
  removal: Removal,
  hooks: readonly HookRecord[],
): Promise<readonly Return[]> => {
  const { client } = removal;
  if (client === undefined || hooks.length === 0) return [];
  let pool: readonly RegisteredHook[];
  try {
    pool = await readHooks(client);
  } catch (thrown) {
    return [unreachable(hooks, thrown)];
  }
  const registered = new Map(pool.map((hook) => [hook.name, hook]));
  return hooks.map((hook) => hookReturn({ ...removal, client }, hook, registered.get(hook.name)));
};

const fileReturn = async (
  { fileSystem, store, edits, places }: Removal,
  record: FileRecord,
): Promise<Return> => {
  const { path } = record;
  const edit = edits.find((one) => one.path === path);
  const planned = planReturn({
    record,
    current: await fileSystem.read(path),
    original: await store.original(record.original),
    ...(edit === undefined ? {} : { revert: (current) => revertState(edit, current) }),
  });
  const { problem } = planned;
  const isSame = stateName(planned.from) === stateName(planned.to);
  const forget = (one: InstallRecord): InstallRecord => ({
    ...one,
    files: one.files.filter((file) => file.path !== path),
  });
  if (problem !== undefined) {
    const line = `take what we had added out of ${path}`;
    const run = async (): Promise<void> => {
      throw new Error(problem);
    };
    return { line, run, isKept: false, forget };
  }
  return {
    line: formatFileReturn(planned, places.suite),
    // Modes and owners come back too, even where the content is right.
    run: isSame && planned.note !== undefined ? undefined : () => fileSystem.write(path, planned.to),
    isKept: planned.note !== undefined,
    forget,
    ...(path === commandLink(places) || path.startsWith(`${places.suite}/`) ? { isLast: true } : {}),
  };
};

const folderReturn = ({ fileSystem, places }: Removal, folder: string): Return => ({
  line: formatFolderReturn(folder, places.suite),
  run: () => fileSystem.removeFolder(folder),
  isKept: false,
  isLast: true,
  forget: (one) => ({ ...one, folders: one.folders.filter((path) => path !== folder) }),
});

/**
 * Hooks first, so that none of them runs any more; then what they left behind, files and folders, newest first, and
 * our own programs after the others.
 */
export const planRemoval = async (
  removal: Removal,
  record: InstallRecord,
  leftByHooks: readonly Return[] = [],
): Promise<readonly Return[]> => {
  const files = await Promise.all([...record.files].reverse().map((file) => fileReturn(removal, file)));
  return [
    ...(await planHookReturns(removal, record.hooks)),
    ...leftByHooks,
    ...files.filter(({ isLast }) => isLast !== true),
    ...files.filter(({ isLast }) => isLast === true),
    ...[...record.folders].reverse().map((folder) => folderReturn(removal, folder)),
  ];
};

const mostOfReason = 400;

/** What could not be done, and why; what is kept is not told here; the record keeps it for another run. */
export const runRemoval = async (
  { store, fileSystem }: Removal,
  returns: readonly Return[],
  before: InstallRecord,
  onReturn: (line: string) => void,
): Promise<readonly string[]> => {
  const failures: string[] = [];
  let record = before;
  // Of runs that were killed; a folder would not be empty with them.
  for (const { path } of before.files) await fileSystem.removeTemporaries(path).catch(() => undefined);
  for (const { line, run, isKept, isLast, forget } of returns) {
    if (isLast === true && failures.length > 0) continue;
    try {
      if (!isKept) onReturn(line);
      await run?.();
      record = forget(record);
      await store.write(record);
    } catch (thrown) {
      failures.push(`${line.split('\n')[0]}: ${shortLine(reasonOf(thrown), mostOfReason)}`);
    }
  }
  const left = record.hooks.length + record.files.length;
  if (failures.length === 0 && left === 0) {
    await store.tidy(undefined);
  } else await store.tidy(record);
  return failures;
};
