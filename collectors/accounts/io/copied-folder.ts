/**
 * Puts the accounts of another front-end into a folder in the place of its own: all of them, or none.
 *
 * What was fetched waits in a folder beside them until it is whole; then a list says what goes where, and whoever finds
 * that list after a crash ends the work. Days that the other does not have so are never lost: they are put aside.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../../lib/errors/system-error.ts';
import { readIfThere } from '../../../lib/io/read-if-there.ts';
import { syncFolder, writeNew } from '../../../lib/io/write-atomic.ts';
import { isMapping } from '../../../lib/mapping.ts';
import { type CopiedDay, type FolderCopy, ledgerDayForm, type Progressed, planCopy } from '../copy.ts';
import { accountsFileName, dayOf, inflate } from './read-ledger.ts';

const mode = 0o600;
const folderMode = 0o700;
const incomingName = 'incoming';
const listName = 'ready.json';

/** What was read once is known again by its size, its time and its number. */
export type DigestMemory = Map<string, { readonly version: string; readonly digest: string }>;

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const readDays = async (folder: string, memory: DigestMemory): Promise<readonly CopiedDay[]> => {
  const days: CopiedDay[] = [];
  for (const name of (await readdir(folder)).filter((one) => ledgerDayForm.test(one)).sort()) {
    const file = path.join(folder, name);
    const { size, mtimeMs, ino } = await stat(file);
    const version = `${size} ${mtimeMs} ${ino}`;
    const known = memory.get(name);
    const digest = known?.version === version ? known.digest : digestOf(await readFile(file));
    memory.set(name, { version, digest });
    days.push({ name, size, digest });
  }
  return days;
};

/** Nobody may be writing into the folder. */
export const readCopy = async (
  folder: string,
  { term, at }: Progressed,
  sumsNames: readonly string[],
  memory: DigestMemory,
): Promise<FolderCopy> => {
  const sums: Record<string, string> = {};
  for (const name of sumsNames) {
    const bytes = await readIfThere(path.join(folder, name));
    if (bytes !== undefined) sums[name] = bytes.toString();
  }
  return { term, at, sums, days: await readDays(folder, memory) };
};

/** The beginning of a day, as it was when its size was that; `undefined` where it is not there any more. */
export const readDayOfCopy = async (
  folder: string,
  name: string,
  size: number,
): Promise<Buffer | undefined> =>
  ledgerDayForm.test(name) ? (await readIfThere(path.join(folder, name)))?.subarray(0, size) : undefined;

/** Where each file goes; in this order, so that a report sees each hour at any moment. */
interface MoveList {
  readonly asideFolder: string;
  readonly aside: readonly string[];
  readonly remove: readonly string[];
  readonly place: readonly string[];
}

const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string' && !one.includes('/'));

const readMoves = async (incoming: string): Promise<MoveList | undefined> => {
  const bytes = await readIfThere(path.join(incoming, listName));
  if (bytes === undefined) return undefined;
  const document: unknown = JSON.parse(bytes.toString());
  if (!isMapping(document)) return undefined;
  const { asideFolder, aside, remove, place } = document;
  return typeof asideFolder === 'string' && isNames(aside) && isNames(remove) && isNames(place)
    ? { asideFolder, aside, remove, place }
    : undefined;
};

const moveIfThere = async (from: string, to: string): Promise<void> => {
  await rename(from, to).catch((thrown: unknown) => {
    if (!isMissing(thrown)) throw thrown;
  });
};

/** Ends what was begun: all that was fetched takes its place, or, where it is not whole, nothing does. */
export const finishCopy = async (folder: string): Promise<void> => {
  const incoming = path.join(folder, incomingName);
  const moves = await readMoves(incoming);
  if (moves !== undefined) {
    const { asideFolder, aside, remove, place } = moves;
    if (aside.length > 0) await mkdir(path.join(folder, asideFolder), { recursive: true, mode: folderMode });
    // What has come stands under the same name: only a day that waits for its successor gives way.
    for (const name of aside) {
      const isPlaced = place.includes(name) && (await readIfThere(path.join(incoming, name))) === undefined;
      if (!isPlaced) await moveIfThere(path.join(folder, name), path.join(folder, asideFolder, name));
    }
    for (const name of place) await moveIfThere(path.join(incoming, name), path.join(folder, name));
    for (const name of remove) await rm(path.join(folder, name), { force: true });
    await syncFolder(folder);
  }
  await rm(incoming, { recursive: true, force: true });
};

export interface TakenCopy {
  readonly copy: FolderCopy;
  /** Fails where the day cannot be had. */
  readonly fetchDay: (day: CopiedDay) => Promise<Buffer>;
  /** Days that end before are not kept. */
  readonly keepFrom: number;
}

const contentOf = (name: string, bytes: Buffer): Promise<Buffer> | Buffer =>
  name.endsWith('.gz') ? inflate(bytes) : bytes;

/** Whether all of a day stands in what takes its place, so that nothing of it is lost. */
const isContinued = async (own: Buffer, name: string, incoming: string): Promise<boolean> => {
  const day = name.replace(/\.gz$/, '');
  const before = await contentOf(name, own);
  for (const next of [day, `${day}.gz`]) {
    const bytes = await readIfThere(path.join(incoming, next));
    if (bytes === undefined) continue;
    const after = await contentOf(next, bytes);
    if (after.subarray(0, before.length).equals(before)) return true;
  }
  return false;
};

/**
 * Fetches all that is to take the place of what is in the folder, and says how many days will be put aside. From its end
 * on, `finishCopy` does so, in this run or in another. Nobody may be writing into the folder.
 */
export const stageCopy = async (
  folder: string,
  { copy, fetchDay, keepFrom }: TakenCopy,
  memory: DigestMemory,
): Promise<{ readonly asideFolder: string; readonly aside: number }> => {
  const incoming = path.join(folder, incomingName);
  await finishCopy(folder);
  await mkdir(incoming, { mode: folderMode });
  const isKept = ({ name }: CopiedDay): boolean => name.slice(0, 10) >= dayOf(keepFrom);
  const { fetch, giveWay } = planCopy(await readDays(folder, memory), copy.days);
  const days = fetch.filter(isKept);
  for (const day of days) {
    const bytes = await fetchDay(day);
    if (digestOf(bytes) !== day.digest) throw new Error(`${day.name} has changed while it was copied`);
    await writeNew(path.join(incoming, day.name), bytes, mode);
  }
  // The sums last: until they are there, an hour that has gone over to the ledger stands in both.
  const sums = Object.keys(copy.sums).sort((one) => (one === accountsFileName ? 1 : -1));
  for (const name of sums) await writeNew(path.join(incoming, name), copy.sums[name] ?? '', mode);
  const aside: string[] = [];
  for (const { name } of giveWay.filter(isKept)) {
    const own = await readFile(path.join(folder, name));
    if (!(await isContinued(own, name, incoming))) aside.push(name);
  }
  const place = [...days.map(({ name }) => name), ...sums];
  const moves: MoveList = {
    asideFolder: `replaced-${new Date().toISOString().replaceAll(':', '')}`,
    aside,
    remove: giveWay.map(({ name }) => name).filter((name) => !aside.includes(name) && !place.includes(name)),
    place,
  };
  await syncFolder(incoming);
  await writeNew(path.join(incoming, listName), JSON.stringify(moves), mode);
  await syncFolder(incoming);
  return { asideFolder: moves.asideFolder, aside: aside.length };
};
