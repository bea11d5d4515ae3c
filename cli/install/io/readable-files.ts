/** Files that root installs for and oneadmin reads: whether oneadmin can. */
import { runCommand } from '../../../lib/io/run-command.ts';

export interface FileReader {
  readonly uid: number;
  readonly gid: number;
}

const checkTimeoutMs = 10_000;

/** With all groups of that user, as systemd and oned start their programs. */
const testAs = ({ uid, gid }: FileReader, file: string): Promise<boolean> =>
  runCommand(
    ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--init-groups', 'test', '-r', file],
    checkTimeoutMs,
  ).then(
    () => true,
    () => false,
  );

const exists = (file: string): Promise<boolean> =>
  runCommand(['test', '-e', file], checkTimeoutMs).then(
    () => true,
    () => false,
  );

/** Of the files that there are, those that this user cannot read, each with what to do. For root alone. */
export const unreadableFiles = async (
  files: readonly string[],
  reader: FileReader,
): Promise<readonly string[]> => {
  // Where even / cannot be looked at, the question cannot be asked at all.
  if (!(await testAs(reader, '/'))) return [];
  const problems = files.map(async (file): Promise<readonly string[]> => {
    if (!(await exists(file)) || (await testAs(reader, file))) return [];
    return [
      `oneadmin cannot read ${file}, and the programs of the suite run as oneadmin: chown root:oneadmin ${file} && chmod 640 ${file}`,
    ];
  });
  return (await Promise.all(problems)).flat();
};
