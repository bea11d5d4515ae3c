/** What this process is. */
import { realpathSync } from 'node:fs';
import path from 'node:path';

/** As whom it runs. Node has no such functions on systems that know no users. */
export const processIds = (): { readonly uid: number; readonly gid: number } => ({
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
});

/** What the build has put into the folder of a program. */
export const besideProgram = (programFile: string, name: string): string =>
  path.join(path.dirname(programFile), name);

/** The folder in which its program was unpacked with the rest of the suite. */
export const packageFolder = (): string => path.dirname(realpathSync(process.argv[1] ?? process.execPath));
