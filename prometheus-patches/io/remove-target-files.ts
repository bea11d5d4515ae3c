/** Removes the target files of all VMs, for when nobody keeps them in line any more. */
import { readdir } from 'node:fs/promises';
import { isMissing } from '../../lib/errors/system-error.ts';
import { inFolder, removeFileIn } from '../../lib/io/held-folder.ts';
import { lastingFileName, vmOfTargetFile } from '../target-file.ts';

const isOurs = (name: string): boolean =>
  vmOfTargetFile(name) !== undefined ||
  name === lastingFileName ||
  /^\.vm-(?:\d+|none)\.json\..*\.tmp$/.test(name);

/** Other files in the folder stay. Root does it in the folder that is held: oneadmin may change its path. */
export const removeTargetFiles = async (folder: string): Promise<void> => {
  const remove = inFolder(folder, async (held) => {
    const names = await readdir(held.at('.'));
    for (const name of names.filter(isOurs)) await removeFileIn(held, name);
  });
  await remove.catch((thrown: unknown) => {
    if (!isMissing(thrown)) throw thrown;
  });
};
