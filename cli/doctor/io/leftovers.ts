/** Looks for files that should not be there any more. */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isOldFile, type OldFile, oldFiles } from '../../../front-end-installer/first-generation.ts';
import { placesOf } from '../../../lib/one/places.ts';
import type { Surroundings } from '../check.ts';
import { isTemporaryName, type LeftoverFacts, type Suspect } from '../leftovers.ts';
import { attempt } from './attempt.ts';

/** A run that goes on is done by then. */
const oldMs = 3_600_000;

const lookFor = async (file: OldFile): Promise<Suspect> => {
  const { path: at, instead } = file;
  const isLeft = await attempt(async () => isOldFile(file, await readFile(at, 'latin1')));
  const isMissing = !('value' in isLeft) && isLeft.kind === 'missing';
  return { path: at, instead, isLeft: isMissing ? { value: false } : isLeft };
};

/** A folder that is not there, or that this user may not read, has none to tell of. */
const temporaryIn = async (folder: string, now: number): Promise<readonly string[]> => {
  const names = (await readdir(folder).catch(() => [])).filter(isTemporaryName);
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
  const { options, environment, now } = surroundings;
  const folders = [
    options['prometheus.targets-folder'],
    path.dirname(options['prometheus.config']),
    tmpdir(),
  ];
  const [suspects, temporary] = await Promise.all([
    Promise.all(oldFiles(placesOf(environment)).map(lookFor)),
    attempt(async () => {
      const found = await Promise.all(folders.map((folder) => temporaryIn(folder, now().getTime())));
      return found.flat().sort();
    }),
  ]);
  return { suspects, temporary };
};
