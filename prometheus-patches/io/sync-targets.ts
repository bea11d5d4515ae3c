/** Brings all target files in line with the pool: after a restore, or when the hook manager was down. */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { isMissing } from '../../lib/errors/system-error.ts';
import { createLimit } from '../../lib/io/concurrency.ts';
import { formatTargetGroups } from '../../lib/prometheus/target-group.ts';
import { type ExportingVm, vmTargetsOf } from '../../lib/prometheus/vm-targets.ts';
import { prometheusError } from '../errors.ts';
import { targetFileName, vmOfTargetFile } from '../target-file.ts';
import { type Alignment, type AlignOptions, alignTargetFile, compareTargetFile } from './target-files.ts';

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

const readFolder = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (isMissing(thrown)) return [];
    throw prometheusError('TARGET_FILE', { path: folder, detail: reasonOf(thrown) }, thrown);
  }
};

const removeLeftovers = async (folder: string, names: readonly string[], now: number): Promise<void> => {
  for (const name of names.filter((one) => /^\.vm-(?:\d+|none)\.json\..*\.tmp$/.test(one))) {
    const file = path.join(folder, name);
    const age = await stat(file).then(
      ({ mtimeMs }) => now - mtimeMs,
      () => 0,
    );
    if (age > leftoverAgeMs) await rm(file, { force: true });
  }
};

const isInLine = async (folder: string, vmId: number, wanted: string | undefined): Promise<boolean> =>
  (await readFile(path.join(folder, targetFileName(vmId)), 'utf8').catch(() => undefined)) === wanted;

/**
 * The pool only tells which files differ. Each of those is aligned like a hook does it, with the VM read anew, so
 * that hooks may run meanwhile, and a VM that only another VM's attributes pretend gets no file.
 */
export const syncTargets = async (
  vms: readonly ExportingVm[],
  options: AlignOptions,
  now: number,
  mode: SyncMode = 'change',
): Promise<SyncResult> => {
  const { folder, preference } = options;
  const names = await readFolder(folder);
  if (mode === 'change') await removeLeftovers(folder, names, now);
  const planned = new Map(vms.map((vm) => [vm.id, vmTargetsOf(vm, preference)]));
  const ids = new Set([...planned.keys(), ...names.flatMap((name) => vmOfTargetFile(name) ?? [])]);
  const limit = createLimit(atOnce);
  const results = new Map<number, Alignment>();
  const alignIfNeeded = async (id: number): Promise<void> => {
    const { groups, problems } = planned.get(id) ?? { groups: [], problems: [] };
    const wanted = groups.length === 0 ? undefined : formatTargetGroups(groups);
    const alignment: Alignment = (await isInLine(folder, id, wanted))
      ? { change: 'none', targets: groups.flatMap(({ targets }) => targets), problems }
      : await (mode === 'change' ? alignTargetFile : compareTargetFile)(id, options);
    results.set(id, alignment);
  };
  await Promise.all([...ids].map((id) => limit(() => alignIfNeeded(id))));
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
