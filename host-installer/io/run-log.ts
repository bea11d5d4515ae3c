/** The log of a run over many hosts: a line of a host a line, with the time and the host's name. */
import { createWriteStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../lib/errors/oneext-error.ts';

export interface RunLog {
  write(host: string, line: string): void;
  close(): Promise<void>;
}

const mode = 0o640;
/** Of one host: a host that talks without end does not fill the disk. */
const mostCharacters = 4 * 1024 * 1024;

/** What root makes in oneadmin's folder of logs is oneadmin's, who looks at hosts too. */
const giveToFolderOwner = async (handle: FileHandle, file: string): Promise<void> => {
  if (process.getuid?.() !== 0) return;
  const [made, folder] = await Promise.all([handle.stat(), stat(path.dirname(file))]);
  if (made.size === 0 && made.uid !== folder.uid) await handle.chown(folder.uid, folder.gid);
};

/** Appends to the file. What cannot be written is told once, and the run goes on. */
export const openRunLog = async (
  file: string,
  now: () => Date,
  warn: (text: string) => void,
): Promise<RunLog> => {
  const complain = (thrown: unknown): void =>
    warn(`the output of hosts is not kept: ${file} cannot be written: ${reasonOf(thrown)}`);
  const written = new Map<string, number>();
  try {
    const handle = await open(file, 'a', mode);
    await giveToFolderOwner(handle, file);
    const stream = createWriteStream(file, { fd: handle, flags: 'a' });
    let isBroken = false;
    stream.on('error', (error) => {
      if (!isBroken) complain(error);
      isBroken = true;
    });
    return {
      write(host, line) {
        const before = written.get(host) ?? 0;
        if (isBroken || before > mostCharacters) return;
        const after = before + line.length;
        written.set(host, after);
        const rest = after > mostCharacters ? ' (no further output of this host is kept)' : '';
        stream.write(`${now().toISOString()} ${host}: ${line}${rest}\n`);
      },
      close: () =>
        new Promise<void>((resolve) => {
          if (isBroken) resolve();
          else stream.end(resolve);
        }),
    };
  } catch (thrown) {
    complain(thrown);
    return { write: () => undefined, close: async () => undefined };
  }
};
