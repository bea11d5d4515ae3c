/**
 * Writes the counters of VMs into their guests' folders: in place, because a guest that has a file open, or caches
 * its name, would not see another file.
 *
 * A guest may be able to change its folder. So no link below it is ever followed, and what is gone is made anew.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { codeOf, isMissing } from '../../lib/errors/system-error.ts';
import type { Log } from '../../lib/log/log.ts';
import type { VmAccount } from '../accounts.ts';
import type { CarriedCounter } from '../carried-counter.ts';
import {
  energyFile,
  formatTreeCounter,
  isFolderName,
  newZoneFiles,
  parseTreeCounter,
  zoneFolders,
} from '../guest-tree.ts';
import { identityOf } from '../vm-times.ts';

interface Tree {
  readonly file: number;
  /** What the counter in the file is ahead of the account, in microjoules. */
  ahead: number;
  written: number;
}

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;
const below = (folder: number, name: string): string => `/proc/self/fd/${folder}/${name}`;

/** Opens a folder in a folder; makes it where it is missing. */
const openFolder = (parent: number, name: string): number => {
  const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
  try {
    return openSync(below(parent, name), flags);
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    mkdirSync(below(parent, name), { mode: 0o755 });
    const made = openSync(below(parent, name), flags);
    fchmodSync(made, 0o755); // whatever the umask is: QEMU reads it for the guest as another user
    return made;
  }
};

/** The file of the counter, open for writing; a new zone has all its files before the counter. */
const openCounter = (zone: number): number => {
  try {
    return openSync(below(zone, energyFile), O_RDWR | O_NOFOLLOW);
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    for (const [name, text] of Object.entries(newZoneFiles)) {
      try {
        const made = openSync(below(zone, name), 'wx', 0o644);
        writeFileSync(made, text);
        fchmodSync(made, 0o644);
        closeSync(made);
      } catch (refused) {
        if (codeOf(refused) !== 'EEXIST') throw refused;
      }
    }
    return openSync(below(zone, energyFile), O_RDWR | O_NOFOLLOW);
  }
};

const openTree = (folder: string, domain: string, microjoules: number): Tree => {
  let current = openSync(folder, O_RDONLY | O_DIRECTORY);
  try {
    for (const name of [domain, ...zoneFolders]) {
      const next = openFolder(current, name);
      closeSync(current);
      current = next;
    }
    const file = openCounter(current);
    const before = readFileSync(file, 'latin1');
    const written = parseTreeCounter(before);
    const text = formatTreeCounter(written);
    if (before.length > text.length) {
      // Else the end of what is no counter would stand behind the counter.
      writeSync(file, text, 0, 'latin1');
      ftruncateSync(file, text.length);
    }
    return { file, ahead: written - microjoules, written };
  } finally {
    closeSync(current);
  }
};

export interface GuestTrees {
  /** Writes what VMs that are here have used; a counter in a folder goes on from where it stands. */
  readonly write: (vms: readonly (readonly [string, VmAccount])[]) => void;
  /** For the host to which the VM goes; `undefined` where the VM was not here of late. What it knows is shown here. */
  readonly tell: (key: string, joules: number, known: number) => CarriedCounter | undefined;
  /** The guest's counter where the VM came from. `joules` is what the VM had used here before. */
  readonly raise: (key: string, joules: number, microjoules: number) => void;
}

/** While another host asks for the counter, it is shown here only when that host knows it: it never falls there. */
const heldMs = 5000;
const endedMs = 300_000;

const writeCounter = (tree: Tree, counter: number): void => {
  if (counter <= tree.written) return;
  writeSync(tree.file, formatTreeCounter(counter), 0, 'latin1');
  tree.written = counter;
};

/** @param folder below which each domain has a folder of its name */
export const createGuestTrees = (folder: string, log: Log): GuestTrees => {
  const trees = new Map<string, Tree>();
  const failed = new Set<string>();
  const heldUntil = new Map<string, number>();
  const ended = new Map<string, { readonly ahead: number; readonly atMs: number }>();
  const counterOf = (joules: number, { ahead }: { readonly ahead: number }): number =>
    Math.floor(joules * 1e6 + ahead);
  const treeOf = (key: string, domain: string, microjoules: number): Tree => {
    const known = trees.get(key);
    if (known !== undefined && fstatSync(known.file).nlink > 0) return known;
    if (known !== undefined) closeSync(known.file);
    trees.delete(key);
    const opened = openTree(folder, domain, microjoules);
    trees.set(key, opened);
    return opened;
  };
  const writeOne = (key: string, { energyJoules }: VmAccount): void => {
    const { domain } = identityOf(key);
    if (!isFolderName(domain)) throw new Error('the name of the domain is no name of a folder');
    const microjoules = energyJoules * 1e6;
    const tree = treeOf(key, domain, microjoules);
    if ((heldUntil.get(key) ?? 0) <= performance.now()) writeCounter(tree, counterOf(energyJoules, tree));
  };
  const closeOthers = (here: ReadonlySet<string>): void => {
    const atMs = performance.now();
    for (const [key, { file, ahead }] of trees) {
      if (here.has(key)) continue;
      closeSync(file);
      trees.delete(key);
      heldUntil.delete(key);
      ended.set(key, { ahead, atMs });
    }
    for (const [key, each] of ended) if (here.has(key) || atMs - each.atMs > endedMs) ended.delete(key);
  };
  return {
    tell(key, joules, known) {
      const tree = trees.get(key);
      const last = tree ?? ended.get(key);
      if (last === undefined) return undefined;
      const microjoules = counterOf(joules, last);
      if (tree === undefined) return { microjoules, isThere: false };
      writeCounter(tree, Math.min(known, microjoules));
      heldUntil.set(key, performance.now() + heldMs);
      return { microjoules: Math.max(microjoules, tree.written), isThere: true };
    },
    raise(key, joules, microjoules) {
      const known = trees.get(key);
      const tree = known ?? openTree(folder, identityOf(key).domain, joules * 1e6);
      try {
        tree.ahead = Math.max(tree.ahead, microjoules - joules * 1e6);
        writeCounter(tree, microjoules);
      } finally {
        if (known === undefined) closeSync(tree.file);
      }
    },
    write(vms) {
      closeOthers(new Set(vms.map(([key]) => key)));
      for (const [key, account] of vms) {
        try {
          writeOne(key, account);
          failed.delete(key);
        } catch (thrown) {
          if (!failed.has(key))
            log.warn('the energy of a VM cannot be written for its guest', {
              domain: identityOf(key).domain,
              folder,
              error: reasonOf(thrown),
            });
          failed.add(key);
        }
      }
    },
  };
};
