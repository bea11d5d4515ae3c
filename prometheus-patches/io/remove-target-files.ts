/** Removes the target files of all VMs, for when nobody keeps them in line any more. */
import { readdir } from 'node:fs/promises';
import { isMissing } from '../../lib/errors/system-error.ts';
import { inFolder, removeFileIn } from '../../lib/io/held-folder.ts';
import { vmOfTargetFile } from '../target-file.ts';

/** Other files in the folder stay. Root does it in the folder that is held: oneadmin may change its path. */
export const removeTargetFiles = async (folder: string): Promise<void> => {
  const remove = inFolder(folder, async (held) => {
    const names = await readdir(held.at('.'));
    const ours = names.filter(
      (name) => vmOfTargetFile(name) !== undefined || /^\.vm-\d+\.json\..*\.tmp$/.test(name),
    );
    for (const name of ours) await removeFileIn(held, name);
  });
  await remove.catch((thrown: unknown) => {
    if (!isMissing(thrown)) throw thrown;
  });
};
