/**
 * Brings a VM's target file in line with the VM as it is now.
 *
 * Hooks of one VM run at the same time and in any order, without a lock. Each one reads the VM, changes the file
 * if it differs, and after a change reads the VM again, until nothing is left to change. So whoever changes the
 * file last has afterwards seen that it is right: a late hook that wrote an old state finds that out itself.
 */
import * as systemCalls from 'node:fs/promises';
import path from 'node:path';
import { OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { type FileCalls, type HeldFolder, removeFileIn } from '../../lib/io/held-folder.ts';
import { lookIntoFolder, readTextIn, workInFolder, writeTextIn } from '../../lib/io/work-in-folder.ts';
import { formatTargetGroups } from '../../lib/prometheus/target-group.ts';
import { type AddressPreference, type ExportingVm, vmTargetsOf } from '../../lib/prometheus/vm-targets.ts';
import { prometheusError } from '../errors.ts';
import { lastingFileContent, lastingFileName, targetFileName } from '../target-file.ts';

export interface AlignOptions {
  readonly folder: string;
  readonly preference: AddressPreference;
  /** The VM as it is now; `undefined` where there is none. */
  readonly readVm: (id: number) => Promise<ExportingVm | undefined>;
}

export interface Alignment {
  readonly change: 'written' | 'removed' | 'none';
  /** What the VM's targets are now. */
  readonly targets: readonly string[];
  readonly problems: readonly string[];
}

/** What a VM's file should be: `content` is `undefined` where there should be none. */
export const planTargetFile = (vm: ExportingVm | undefined, preference: AddressPreference) => {
  const { groups, problems } = vm === undefined ? { groups: [], problems: [] } : vmTargetsOf(vm, preference);
  const content = groups.length === 0 ? undefined : formatTargetGroups(groups);
  return { content, targets: groups.flatMap(({ targets }) => targets), problems };
};

/** Made before the last VM's file goes, and never removed while Prometheus looks into the folder. */
const keepLastingFile = async (held: HeldFolder, calls: FileCalls): Promise<void> => {
  if ((await readTextIn(held, lastingFileName, calls)) === lastingFileContent) return;
  await writeTextIn(held, lastingFileName, lastingFileContent, calls);
};

const changeTo = (wanted: string | undefined, found: string | undefined): Alignment['change'] => {
  if (found === wanted) return 'none';
  return wanted === undefined ? 'removed' : 'written';
};

/** Makes the file what it should be, or makes it go; what that changed. */
const bringInLine = async (
  folder: string,
  name: string,
  wanted: string | undefined,
  calls: FileCalls,
): Promise<Alignment['change']> => {
  const bring = async (held: HeldFolder): Promise<Alignment['change']> => {
    const change = changeTo(wanted, await readTextIn(held, name, calls));
    if (change === 'removed') {
      await keepLastingFile(held, calls);
      await removeFileIn(held, name, calls);
    }
    if (wanted !== undefined && change === 'written') await writeTextIn(held, name, wanted, calls);
    return change;
  };
  // Where nothing goes, nothing comes: not even the folder.
  return wanted === undefined
    ? lookIntoFolder(folder, 'none', bring, calls)
    : workInFolder(folder, bring, calls);
};

const failed = (file: string, thrown: unknown): OneExtError =>
  thrown instanceof OneExtError
    ? thrown
    : prometheusError('TARGET_FILE', { path: file, detail: reasonOf(thrown) }, thrown);

/**
 * Makes the folder, before Prometheus looks at it: one that is not there when Prometheus starts is not watched; and
 * the file in it that stays. Fails with TARGET_FILE or PATH_REFUSED.
 */
export const prepareTargetFolder = async (folder: string, calls: FileCalls = systemCalls): Promise<void> => {
  try {
    await workInFolder(folder, (held) => keepLastingFile(held, calls), calls);
  } catch (thrown) {
    throw failed(folder, thrown);
  }
};

/** What aligning would change now. Fails with TARGET_FILE or PATH_REFUSED, or as `readVm` does. */
export const compareTargetFile = async (
  vmId: number,
  { folder, preference, readVm }: AlignOptions,
  calls: FileCalls = systemCalls,
): Promise<Alignment> => {
  const name = targetFileName(vmId);
  const { content, targets, problems } = planTargetFile(await readVm(vmId), preference);
  try {
    const found = await lookIntoFolder(folder, undefined, (held) => readTextIn(held, name, calls), calls);
    return { change: changeTo(content, found), targets, problems };
  } catch (thrown) {
    throw failed(path.join(folder, name), thrown);
  }
};

/** Fails with TARGET_FILE or PATH_REFUSED, or as `readVm` does. Ends when a VM's state stands still for one reading. */
export const alignTargetFile = async (
  vmId: number,
  { folder, preference, readVm }: AlignOptions,
  calls: FileCalls = systemCalls,
): Promise<Alignment> => {
  const name = targetFileName(vmId);
  let last: Alignment['change'] = 'none';
  for (;;) {
    const { content, targets, problems } = planTargetFile(await readVm(vmId), preference);
    let change: Alignment['change'];
    try {
      change = await bringInLine(folder, name, content, calls);
    } catch (thrown) {
      throw failed(path.join(folder, name), thrown);
    }
    if (change === 'none') return { change: last, targets, problems };
    last = change;
  }
};
