/** Brings the folder of `oneext prometheus scale-out` in line: all files, or none where one of them is somebody else's. */
import * as systemCalls from 'node:fs/promises';
import { OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { type HeldFolder, removeFileIn } from '../../lib/io/held-folder.ts';
import { lookIntoFolder, readTextIn, workInFolder, writeTextIn } from '../../lib/io/work-in-folder.ts';
import { prometheusError } from '../errors.ts';
import { mayBeOurs } from '../scale-out/files.ts';
import { type FolderPlan, planFolder } from '../scale-out/sealed-file.ts';

const readFiles = async (held: HeldFolder): Promise<ReadonlyMap<string, string>> => {
  const names = (await systemCalls.readdir(held.at('.'))).filter(mayBeOurs);
  const found = new Map<string, string>();
  for (const name of names) {
    const text = await readTextIn(held, name, systemCalls);
    if (text !== undefined) found.set(name, text);
  }
  return found;
};

const planIn = async (
  folder: string,
  held: HeldFolder,
  wanted: ReadonlyMap<string, string>,
): Promise<FolderPlan> => {
  const plan = planFolder(wanted, await readFiles(held));
  if (plan.foreign.length > 0)
    throw prometheusError('SCALE_OUT_FOREIGN', { folder, files: plan.foreign.join(', ') });
  return plan;
};

const failing = async <T>(folder: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof OneExtError) throw thrown;
    throw prometheusError('SCALE_OUT_FOLDER', { folder, detail: reasonOf(thrown) }, thrown);
  }
};

/** What bringing the folder in line would change. Fails with SCALE_OUT_FOREIGN or SCALE_OUT_FOLDER. */
export const compareFolder = (folder: string, wanted: ReadonlyMap<string, string>): Promise<FolderPlan> =>
  failing(folder, () =>
    lookIntoFolder(folder, planFolder(wanted, new Map()), (held) => planIn(folder, held, wanted)),
  );

/** Makes the folder if it is not there. What it has changed; fails as compareFolder does. */
export const changeFolder = (folder: string, wanted: ReadonlyMap<string, string>): Promise<FolderPlan> =>
  failing(folder, () =>
    workInFolder(folder, async (held) => {
      const plan = await planIn(folder, held, wanted);
      for (const [name, text] of plan.written) await writeTextIn(held, name, text, systemCalls);
      for (const name of plan.removed) await removeFileIn(held, name);
      return plan;
    }),
  );
