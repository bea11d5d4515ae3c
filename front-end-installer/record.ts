/**
 * What the installer remembers: for each path, what stood there before us and what we have put there. It is
 * written before anything is changed, so that a run that is killed can be undone by the next.
 */
import { isMapping, type Mapping, parseMapping } from '../lib/mapping.ts';
import { type EditKind, editKinds } from './edited-file.ts';
import { stateName } from './file-state.ts';
import { isPart, type Part } from './parts.ts';
import type { PendingRestart } from './restarts.ts';

export type OriginalState =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'file';
      /** Names its copy in the folder of originals. */
      readonly sha256: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | { readonly kind: 'link'; readonly target: string };

/** As `stateName` names what stood there. */
export const originalName = (original: OriginalState): string =>
  original.kind === 'file' ? original.sha256 : stateName(original);

export interface FileRecord {
  readonly path: string;
  readonly original: OriginalState;
  /** Of a file of others that we edit: how to take our edits out, also where options name another file since. */
  readonly edit?: EditKind;
  /** What we have put there, in any version, as `stateName` names it. */
  readonly written: readonly string[];
}

export interface HookRecord {
  readonly name: string;
  /** The attributes of the hook before us; `undefined` where there was none. */
  readonly original?: Readonly<Record<string, string>>;
}

export interface InstallRecord {
  readonly format: 1;
  /** Of the suite, at the last run. */
  readonly version: string;
  readonly parts: readonly Part[];
  readonly migrateThroughTunnel: boolean;
  /** Hosts are ranked by POWER_RANK. */
  readonly ranksByPower?: boolean;
  /** The hypervisors forward the port for guests. */
  readonly forwardsGuests?: boolean;
  readonly files: readonly FileRecord[];
  /** Folders that we have made, in this order. */
  readonly folders: readonly string[];
  readonly hooks: readonly HookRecord[];
  /** Services that were not seen restarted since a change of theirs. */
  readonly restarts?: readonly PendingRestart[];
  /** The drivers changed, and no `onehost sync` since has brought all hypervisors their copies. */
  readonly isSyncPending?: boolean;
}

export const emptyRecord = (version: string): InstallRecord => ({
  format: 1,
  version,
  parts: [],
  migrateThroughTunnel: false,
  files: [],
  folders: [],
  hooks: [],
});

export const formatRecord = (record: InstallRecord): string => `${JSON.stringify(record, null, 1)}\n`;

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
const isListOf = (value: unknown, isOne: (one: Mapping) => boolean): boolean =>
  Array.isArray(value) && value.every((one) => isMapping(one) && isOne(one));

const isOriginal = (value: unknown): boolean => {
  if (!isMapping(value)) return false;
  if (value['kind'] === 'file') {
    const numbers = [value['mode'], value['uid'], value['gid']];
    return /^[0-9a-f]{64}$/.test(String(value['sha256'])) && numbers.every(Number.isSafeInteger);
  }
  return value['kind'] === 'absent' || (value['kind'] === 'link' && isText(value['target']));
};

const isFileRecord = (one: Mapping): boolean =>
  isText(one['path']) &&
  one['path'].startsWith('/') &&
  isOriginal(one['original']) &&
  (one['edit'] === undefined || editKinds.some((kind) => kind === one['edit'])) &&
  isTexts(one['written']);

const isHookRecord = ({ name, original }: Mapping): boolean =>
  isText(name) && (original === undefined || (isMapping(original) && Object.values(original).every(isText)));

const isPendingRestart = ({ unit, verb, why, since }: Mapping): boolean =>
  [unit, why].every(isText) &&
  (verb === 'restart' || verb === 'hang-up') &&
  isText(since) &&
  !Number.isNaN(Date.parse(since));

/** `undefined` where the text is not a record that this version can read. */
export const parseRecord = (text: string): InstallRecord | undefined => {
  const value = parseMapping(text);
  const isRecord =
    value !== undefined &&
    value['format'] === 1 &&
    isText(value['version']) &&
    isTexts(value['parts']) &&
    value['parts'].every(isPart) &&
    typeof value['migrateThroughTunnel'] === 'boolean' &&
    (value['ranksByPower'] === undefined || typeof value['ranksByPower'] === 'boolean') &&
    (value['forwardsGuests'] === undefined || typeof value['forwardsGuests'] === 'boolean') &&
    isTexts(value['folders']) &&
    isListOf(value['files'], isFileRecord) &&
    isListOf(value['hooks'], isHookRecord) &&
    (value['restarts'] === undefined || isListOf(value['restarts'], isPendingRestart)) &&
    (value['isSyncPending'] === undefined || typeof value['isSyncPending'] === 'boolean');
  return isRecord ? (value as unknown as InstallRecord) : undefined;
};

/** The record with what is known of one more path. */
export const rememberFile = (
  record: InstallRecord,
  path: string,
  written: string,
  original: OriginalState | undefined,
  edit?: EditKind,
): InstallRecord => {
  const known = record.files.find((one) => one.path === path);
  const file: FileRecord = {
    path,
    original: original ?? known?.original ?? { kind: 'absent' },
    ...(edit === undefined ? {} : { edit }),
    written: [...new Set([...(known?.written ?? []), written])],
  };
  const others = record.files.filter((one) => one !== known);
  return {
    ...record,
    files: known === undefined ? [...others, file] : record.files.map((one) => (one === known ? file : one)),
  };
};

export const rememberHook = (record: InstallRecord, hook: HookRecord): InstallRecord =>
  record.hooks.some(({ name }) => name === hook.name)
    ? record
    : { ...record, hooks: [...record.hooks, hook] };

/** Hooks under names that they do not have any more; one that stood there before us is still to come back. */
export const forgetHooks = (record: InstallRecord, names: readonly string[]): InstallRecord => ({
  ...record,
  hooks: record.hooks.filter(({ name, original }) => original !== undefined || !names.includes(name)),
});

/** Whether the record knows all that a run is about, also where that run has nothing to change. */
export const isRemembered = (
  record: InstallRecord | undefined,
  run: Pick<InstallRecord, 'version' | 'parts' | 'migrateThroughTunnel' | 'ranksByPower' | 'forwardsGuests'>,
  hooks: readonly string[],
): boolean =>
  record !== undefined &&
  record.version === run.version &&
  run.parts.every((part) => record.parts.includes(part)) &&
  (record.migrateThroughTunnel || !run.migrateThroughTunnel) &&
  (record.ranksByPower === true || run.ranksByPower !== true) &&
  (record.forwardsGuests === true || run.forwardsGuests !== true) &&
  hooks.every((name) => record.hooks.some((hook) => hook.name === name));
