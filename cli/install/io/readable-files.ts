/** Files that root installs for and oneadmin reads: whether oneadmin can. */
import path from 'node:path';
import { runCommand } from '../../../lib/io/run-command.ts';

export interface FileReader {
  readonly uid: number;
  readonly gid: number;
}

const checkTimeoutMs = 10_000;

const succeeds = (argv: readonly [string, ...string[]]): Promise<boolean> =>
  runCommand(argv, checkTimeoutMs).then(
    () => true,
    () => false,
  );

/** With all groups of that user, as systemd and oned start their programs. */
const testAs = ({ uid, gid }: FileReader, right: '-r' | '-x', file: string): Promise<boolean> =>
  succeeds(['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--init-groups', 'test', right, file]);

/** `/etc`, `/etc/one`, ... for a file below them. */
const foldersAbove = (file: string): readonly string[] => {
  const folder = path.dirname(file);
  return folder === file ? [] : [...foldersAbove(folder), folder];
};

const problemOf = async (file: string, reader: FileReader): Promise<string | undefined> => {
  if (!(await succeeds(['test', '-e', file])) || (await testAs(reader, '-r', file))) return undefined;
  const says = `oneadmin cannot read ${file}, and the programs of the suite run as oneadmin: `;
  for (const folder of foldersAbove(file)) {
    if (!(await testAs(reader, '-x', folder)))
      return `${says}they may not enter ${folder}: move the file to a folder that they may enter, or chgrp oneadmin ${folder} && chmod g+x ${folder}`;
  }
  return `${says}chown root:oneadmin ${file} && chmod 640 ${file}`;
};

/** Of the files that there are, those that this user cannot read, each with what to do. For root alone. */
export const unreadableFiles = async (
  files: readonly string[],
  reader: FileReader,
): Promise<readonly string[]> => {
  // Where even / cannot be looked at, the question cannot be asked at all.
  if (!(await testAs(reader, '-r', '/'))) return [];
  const problems = await Promise.all(files.map((file) => problemOf(path.resolve(file), reader)));
  return problems.flatMap((problem) => problem ?? []);
};
