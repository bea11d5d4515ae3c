import { readFile } from 'node:fs/promises';
import { isMissing } from '../errors/system-error.ts';

/** The content of a file; `undefined` where there is none. */
export const readIfThere = (file: string): Promise<Buffer | undefined> =>
  readFile(file).catch((thrown: unknown) => {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  });
