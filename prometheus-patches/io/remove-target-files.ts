/** Removes the target files of all VMs, for when nobody keeps them in line any more. */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { vmOfTargetFile } from '../target-file.ts';

/** Other files in the folder stay. */
export const removeTargetFiles = async (folder: string): Promise<void> => {
  const names = await readdir(folder).catch(() => []);
  const ours = names.filter(
    (name) => vmOfTargetFile(name) !== undefined || /^\.vm-\d+\.json\..*\.tmp$/.test(name),
  );
  for (const name of ours) await rm(path.join(folder, name), { force: true });
};
