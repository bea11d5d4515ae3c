/** Looks for files that should not be there any more. */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isOldFile, type OldFile, oldFiles } from '../../../front-end-installer/first-generation.ts';
import { isMissing } from '../../../lib/errors/system-error.ts';
import type { Surroundings } from '../check.ts';
import { isTemporaryName, type LeftoverFacts, type Suspect, stepAgainst } from '../leftovers.ts';
import { attempt } from './attempt.ts';

/** A run that goes on is done by then. */
const oldMs = 3_600_000;

const lookFor = async (file: OldFile): Promise<Suspect> => {
  const { path: at, instead } = file;
  const isLeft = await attempt(async () => isOldFile(file, await readFile(at, 'latin1')));
  const isMissing = !('value' in isLeft) && isLeft.kind === 'missing';
  return { path: at, instead, next: stepAgainst(file), isLeft: isMissing ? { value: false } : isLeft };
};

/** A folder that is not there has none to tell of. */
const namesIn = (folder: string): Promise<readonly string[]> =>
  readdir(folder).catch((thrown: unknown) => {
    if (isMissing(thrown)) return [];
    throw thrown;
  });

const temporaryIn = async (folder: string, now: number): Promise<readonly string[]> => {
  const names = (await namesIn(folder)).filter(isTemporaryName);
  const old = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const { mtimeMs } = await lstat(file).catch(() => ({ mtimeMs: now }));
      return now - mtimeMs > oldMs ? [file] : [];
    }),
  );
  return old.flat();
};

export const probeLeftovers = async (surroundings: Surroundings): Promise<LeftoverFacts> => {
  const { options, places, now } = surroundings;
  const folders = [
    options['prometheus.targets-folder'],
    path.dirname(options['prometheus.config']),
    tmpdir(),
  ];
  const [suspects, temporary] = await Promise.all([
    Promise.all(oldFiles(places).map(lookFor)),
    Promise.all(
      folders.map(async (folder) => ({
        folder,
        found: await attempt(async () => (await temporaryIn(folder, now().getTime())).toSorted()),
      })),
    ),
  ]);
  return { suspects, temporary };
};
