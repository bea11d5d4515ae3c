/**
 * Brings a VM's target file in line with the VM as it is now.
 *
 * Hooks of one VM run at the same time and in any order, without a lock. Each one reads the VM, changes the file
 * if it differs, and after a change reads the VM again, until nothing is left to change. So whoever changes the
 * file last has afterwards seen that it is right: a late hook that wrote an old state finds that out itself.
 */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { isMissing } from '../../lib/errors/system-error.ts';
import { writeAtomic } from '../../lib/io/write-atomic.ts';
import { formatTargetGroups } from '../../lib/prometheus/target-group.ts';
import { type AddressPreference, type ExportingVm, vmTargetsOf } from '../../lib/prometheus/vm-targets.ts';
import { prometheusError } from '../errors.ts';
import { lastingFileContent, lastingFileName, targetFileName } from '../target-file.ts';
import { makeFolder } from './target-folder.ts';

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

/** Everybody who may enter the folder may read: Prometheus may run as a user of its own. */
const fileMode = 0o644;

const readIfThere = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch((thrown: unknown) => {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  });

const write = async (file: string, content: string): Promise<void> => {
  try {
    await writeAtomic(file, content, fileMode);
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    await makeFolder(path.dirname(file));
    await writeAtomic(file, content, fileMode);
  }
};

/** Made before the last VM's file goes, and never removed while Prometheus looks into the folder. */
export const keepLastingFile = async (folder: string): Promise<void> => {
  const file = path.join(folder, lastingFileName);
  if ((await readIfThere(file)) !== lastingFileContent) await write(file, lastingFileContent);
};

/** Makes the file what it should be, or makes it go; what that changed. */
const bringInLine = async (file: string, wanted: string | undefined): Promise<Alignment['change']> => {
  if ((await readIfThere(file)) === wanted) return 'none';
  if (wanted === undefined) {
    await keepLastingFile(path.dirname(file));
    await rm(file, { force: true });
    return 'removed';
  }
  await write(file, wanted);
  return 'written';
};

/** What aligning would change now. Fails with TARGET_FILE, or as `readVm` does. */
export const compareTargetFile = async (
  vmId: number,
  { folder, preference, readVm }: AlignOptions,
): Promise<Alignment> => {
  const file = path.join(folder, targetFileName(vmId));
  const vm = await readVm(vmId);
  const { groups, problems } = vm === undefined ? { groups: [], problems: [] } : vmTargetsOf(vm, preference);
  const wanted = groups.length === 0 ? undefined : formatTargetGroups(groups);
  try {
    const isInLine = (await readIfThere(file)) === wanted;
    const change = isInLine ? 'none' : wanted === undefined ? 'removed' : 'written';
    return { change, targets: groups.flatMap(({ targets }) => targets), problems };
  } catch (thrown) {
    throw prometheusError('TARGET_FILE', { path: file, detail: reasonOf(thrown) }, thrown);
  }
};

/** Fails with TARGET_FILE, or as `readVm` does. Ends when a VM's state stands still for one reading. */
export const alignTargetFile = async (
  vmId: number,
  { folder, preference, readVm }: AlignOptions,
): Promise<Alignment> => {
  const file = path.join(folder, targetFileName(vmId));
  let last: Alignment['change'] = 'none';
  for (;;) {
    const vm = await readVm(vmId);
    const { groups, problems } =
      vm === undefined ? { groups: [], problems: [] } : vmTargetsOf(vm, preference);
    let change: Alignment['change'];
    try {
      change = await bringInLine(file, groups.length === 0 ? undefined : formatTargetGroups(groups));
    } catch (thrown) {
      throw prometheusError('TARGET_FILE', { path: file, detail: reasonOf(thrown) }, thrown);
    }
    if (change === 'none')
      return { change: last, targets: groups.flatMap(({ targets }) => targets), problems };
    last = change;
  }
};
