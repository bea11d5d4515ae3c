/** Brings all target files in line with the pool: after a restore, or when the hook manager was down. */
import * as systemCalls from 'node:fs/promises';
import { OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { allEnded, createLimit } from '../../lib/io/concurrency.ts';
import { type FileCalls, type HeldFolder, removeFileIn } from '../../lib/io/held-folder.ts';
import { lookIntoFolder, readTextIn } from '../../lib/io/work-in-folder.ts';
import type { ExportingVm } from '../../lib/prometheus/vm-targets.ts';
import { prometheusError } from '../errors.ts';
import { isLeftover, vmOfTargetFile } from '../target-file.ts';
import {
  type Alignment,
  type AlignOptions,
  alignTargetFile,
  compareTargetFile,
  planTargetFile,
} from './target-files.ts';

/** `compare` changes nothing, and says what `change` would. */
export type SyncMode = 'change' | 'compare';

export interface SyncResult {
  readonly written: readonly number[];
  readonly removed: readonly number[];
  /** VMs with a target now. */
  readonly targets: number;
  readonly problems: readonly string[];
}

/** Like the client's calls. */
const atOnce = 4;
/** What a hook that was killed has left behind is old; what one is just writing is not. */
const leftoverAgeMs = 3_600_000;

const removeLeftovers = async (
  held: HeldFolder,
  names: readonly string[],
  now: number,
  calls: FileCalls,
): Promise<void> => {
  for (const name of names.filter(isLeftover)) {
    const age = await calls.lstat(held.at(name)).then(
      ({ mtimeMs }) => now - mtimeMs,
      () => 0,
    );
    if (age > leftoverAgeMs) await removeFileIn(held, name, calls);
  }
};

/** VM -> content of its file; '' for what cannot be read, so that aligning finds out why. */
type Contents = ReadonlyMap<number, string | undefined>;

const readContents = async (
  held: HeldFolder,
  names: readonly string[],
  calls: FileCalls,
): Promise<Contents> => {
  const limit = createLimit(atOnce);
  const contents = new Map<number, string | undefined>();
  const read = async (name: string): Promise<void> => {
    const id = vmOfTargetFile(name);
    if (id !== undefined) contents.set(id, await readTextIn(held, name, calls).catch(() => ''));
  };
  await allEnded(names.map((name) => limit(() => read(name))));
  return contents;
};

const lookAtFolder = async (
  folder: string,
  now: number,
  mode: SyncMode,
  calls: FileCalls,
): Promise<Contents> => {
  const look = async (held: HeldFolder): Promise<Contents> => {
    const names = await calls.readdir(held.at('.'));
    if (mode === 'change') await removeLeftovers(held, names, now, calls);
    return readContents(held, names, calls);
  };
  try {
    return await lookIntoFolder<Contents>(folder, new Map(), look, calls);
  } catch (thrown) {
    if (thrown instanceof OneExtError) throw thrown;
    throw prometheusError('TARGET_FILE', { path: folder, detail: reasonOf(thrown) }, thrown);
  }
};

/**
 * The pool only tells which files differ. Each of those is aligned like a hook does it, with the VM read anew, so
 * that hooks may run meanwhile, and a VM that only another VM's attributes pretend gets no file.
 */
export const syncTargets = async (
  vms: readonly ExportingVm[],
  options: AlignOptions,
  now: number,
  mode: SyncMode = 'change',
  calls: FileCalls = systemCalls,
): Promise<SyncResult> => {
  const { folder, preference } = options;
  const contents = await lookAtFolder(folder, now, mode, calls);
  const planned = new Map(vms.map((vm) => [vm.id, planTargetFile(vm, preference)]));
  const ids = new Set([...planned.keys(), ...contents.keys()]);
  const limit = createLimit(atOnce);
  const results = new Map<number, Alignment>();
  const alignIfNeeded = async (id: number): Promise<void> => {
    const { content, ...rest } = planned.get(id) ?? planTargetFile(undefined, preference);
    const alignment: Alignment =
      contents.get(id) === content
        ? { change: 'none', ...rest }
        : await (mode === 'change' ? alignTargetFile : compareTargetFile)(id, options, calls);
    results.set(id, alignment);
  };
  await allEnded([...ids].map((id) => limit(() => alignIfNeeded(id))));
  const inOrder = [...results].sort(([a], [b]) => a - b);
  const idsOf = (change: Alignment['change']): readonly number[] =>
    inOrder.filter(([, one]) => one.change === change).map(([id]) => id);
  return {
    written: idsOf('written'),
    removed: idsOf('removed'),
    targets: inOrder.filter(([, { targets }]) => targets.length > 0).length,
    problems: inOrder.flatMap(([id, { problems }]) => problems.map((problem) => `VM ${id}: ${problem}`)),
  };
};
