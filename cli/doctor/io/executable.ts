/** Whether a program can be started, as far as this user may see. */
import { access, constants, stat } from 'node:fs/promises';

/**
 * Fails with what access(2) says; with an error that is not one of this user's rights where the file itself has no
 * right of execution, for nobody could start it then, not even root.
 */
export const mustBeExecutable = async (path: string): Promise<true> => {
  try {
    await access(path, constants.X_OK);
  } catch (thrown) {
    const mode = await stat(path).then(
      (found) => found.mode,
      () => undefined,
    );
    if (mode !== undefined && (mode & 0o111) === 0) throw new Error('not executable');
    throw thrown;
  }
  return true;
};
