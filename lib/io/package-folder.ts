/** The folder in which this program was unpacked with the rest of the suite. */
import { realpathSync } from 'node:fs';
import path from 'node:path';

export const packageFolder = (): string => path.dirname(realpathSync(process.argv[1] ?? process.execPath));
