/** Makes the tarball from its tree. */
import { writeFileSync } from 'node:fs';
import { gzip, runTool } from './tools.ts';

export interface TarballInput {
  /** The folder in which the tarball's one folder stands. */
  readonly root: string;
  readonly folder: string;
  readonly time: number;
  readonly output: string;
}

export const buildTarball = ({ root, folder, time, output }: TarballInput): void => {
  const fixed = [
    '--format=gnu',
    '--sort=name',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    `--mtime=@${time}`,
  ];
  const archive = runTool('tar', [...fixed, '-C', root, '-cf', '-', '--', folder], { time });
  writeFileSync(output, gzip(archive, time));
};
