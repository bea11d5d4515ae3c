/** What this process is. */
import { realpathSync } from 'node:fs';
import path from 'node:path';

/** As whom it runs. Node has no such functions on systems that know no users. */
export const processIds = (): { readonly uid: number; readonly gid: number } => ({
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
});

/** The folder in which its program was unpacked with the rest of the suite. */
export const packageFolder = (): string => path.dirname(realpathSync(process.argv[1] ?? process.execPath));
