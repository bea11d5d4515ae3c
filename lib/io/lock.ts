/** One process at a time: a file that names the process which holds it. */
import { link, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../errors/system-error.ts';
import { readBootId, startTimeOf } from './process-start.ts';
import { temporaryPath, writeNew } from './write-atomic.ts';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM';
  }
};

/** Numbers are used again, after a restart soon: a process is known by the boot and the tick of its start too. */
const identityOf = (pid: number): string => {
  const started = startTimeOf(pid);
  return started === undefined ? `${pid}` : `${pid} ${readBootId()} ${started}`;
};

const pidOf = (content: string): number => Number(content.split(' ')[0]);

const isHeld = async (content: string): Promise<boolean> => {
  const pid = pidOf(content);
  if (!Number.isSafeInteger(pid) || pid <= 0 || !isAlive(pid)) return false;
  const identity = identityOf(pid);
  return [content, identity].some((one) => !one.includes(' ')) || content === identity;
};

/** Whole from the start: nobody sees a lock that names nobody yet. False where there is one already. */
const makeLock = async (file: string): Promise<boolean> => {
  const whole = temporaryPath(file);
  try {
    await writeNew(whole, `${identityOf(process.pid)}\n`, 0o600);
    await link(whole, file);
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false;
    throw thrown;
  } finally {
    await rm(whole, { force: true });
  }
};

const readLock = (file: string): Promise<string> =>
  readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => '',
  );

/** The lock instead of one whose process has gone; one run at a time does this, and only if it still is that one. */
const replaceStale = async (file: string, stale: string): Promise<boolean> => {
  const turn = `${file}.stale`;
  if (!(await makeLock(turn))) {
    const holder = await readLock(turn);
    if (holder !== '' && !(await isHeld(holder))) await rm(turn, { force: true });
    return false;
  }
  try {
    if ((await readLock(file)) !== stale) return false;
    await rm(file, { force: true });
    return await makeLock(file);
  } finally {
    await rm(turn, { force: true });
  }
};

/** Removes what runs have left that were killed while they locked; what a living process is about to use stays. */
const removeLeft = async (file: string): Promise<void> => {
  const folder = path.dirname(file);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, of = '', pid] = /^\.(.+)\.(\d+)-[0-9a-f]{8}\.tmp$/.exec(name) ?? [];
    const isTemporary = [file, `${file}.stale`].includes(path.join(folder, of));
    if (!isTemporary && path.join(folder, name) !== `${file}.stale`) continue;
    // Empty where the process was killed before it had written who it is.
    const content = (await readLock(path.join(folder, name))) || String(pid);
    if (!(await isHeld(content))) await rm(path.join(folder, name), { force: true });
  }
};

/** Of a lock that another process holds. */
export interface LockHolder {
  /** `undefined` where it cannot be told. */
  readonly pid: number | undefined;
}

/** What gives the lock back, or who holds it. That of a process that has gone does not count. */
export const takeLock = async (file: string): Promise<(() => Promise<void>) | LockHolder> => {
  const release = async (): Promise<void> => {
    await removeLeft(file);
    await rm(file, { force: true });
  };
  for (let tries = 0; tries < 3; tries += 1) {
    if (await makeLock(file)) return release;
    const content = await readLock(file);
    if (await isHeld(content)) return { pid: pidOf(content) };
    if (await replaceStale(file, content)) return release;
  }
  return { pid: undefined };
};
