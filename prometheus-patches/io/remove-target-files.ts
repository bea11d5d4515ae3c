/** Removes the target files of all VMs, for when nobody keeps them in line any more. */
import * as systemCalls from 'node:fs/promises';
import { type FileCalls, removeFileIn } from '../../lib/io/held-folder.ts';
import { lookIntoFolder } from '../../lib/io/work-in-folder.ts';
import { isLeftover, lastingFileName, vmOfTargetFile } from '../target-file.ts';

const isOurs = (name: string): boolean =>
  vmOfTargetFile(name) !== undefined || name === lastingFileName || isLeftover(name);

/** Other files in the folder stay. Root does it in the folder that is held: oneadmin may change its path. */
export const removeTargetFiles = (folder: string, calls: FileCalls = systemCalls): Promise<void> =>
  lookIntoFolder(
    folder,
    undefined,
    async (held) => {
      const names = await calls.readdir(held.at('.'));
      for (const name of names.filter(isOurs)) await removeFileIn(held, name, calls);
    },
    calls,
  );
