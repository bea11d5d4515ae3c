/** The shell scripts below folders of the repository. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { repositoryPath } from './expected.ts';

export const shellScripts = (...folders: readonly string[]): readonly string[] =>
  folders.flatMap((folder) =>
    readdirSync(repositoryPath(folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.sh'))
      .map((file) => path.join(folder, file)),
  );
