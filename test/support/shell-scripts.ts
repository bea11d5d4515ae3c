/** The shell scripts of the repository, and their parts: all that git knows, whatever their names. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { repositoryPath } from './expected.ts';

const isShell = (file: string): boolean =>
  file.endsWith('.sh') ||
  /^#! ?\/(?:usr\/)?bin\/(?:env )?(?:ba|da)?sh\b/.test(readFileSync(repositoryPath(file), 'utf8'));

export const shellFiles = (): readonly string[] =>
  execFileSync('git', ['ls-files', '-z'], { cwd: repositoryPath('.'), encoding: 'utf8' })
    .split('\0')
    .filter((file) => file !== '' && !file.endsWith('.ts') && isShell(file));
