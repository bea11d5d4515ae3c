/** The folder of the target files, before Prometheus looks at it. */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { prometheusError } from '../errors.ts';
import { keepLastingFile } from './target-files.ts';

/**
 * Makes the folder: one that is not there when Prometheus starts is not watched; and the file in it that stays.
 * Fails with TARGET_FILE.
 */
export const prepareTargetFolder = async (folder: string): Promise<void> => {
  try {
    await keepLastingFile(folder);
  } catch (thrown) {
    throw prometheusError('TARGET_FILE', { path: folder, detail: reasonOf(thrown) }, thrown);
  }
};
