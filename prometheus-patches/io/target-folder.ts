/** The folder of the target files. */
import { chown, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, isMissing } from '../../lib/errors/system-error.ts';

/** Who may write into the parent may write into the folder, also when root makes it for oneadmin. */
const makeOne = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, { mode: 0o755 });
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return;
    throw thrown;
  }
  const [made, parent] = await Promise.all([stat(folder), stat(path.dirname(folder))]);
  if (made.uid !== parent.uid) await chown(folder, parent.uid, parent.gid).catch(() => undefined);
};

/** With its parents. Node's own recursive way never ends below /proc, where a missing parent cannot be made. */
export const makeFolder = async (folder: string): Promise<void> => {
  try {
    await makeOne(folder);
  } catch (thrown) {
    if (!isMissing(thrown) || path.dirname(folder) === folder) throw thrown;
    await makeFolder(path.dirname(folder));
    await makeOne(folder);
  }
};
