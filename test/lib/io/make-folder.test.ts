/** Hooks of ours that make the same folder at the same time, also as root for oneadmin. */
import assert from 'node:assert/strict';
import { chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import * as systemCalls from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { type FileCalls, inFolder, makeFolderIn } from '../../../lib/io/held-folder.ts';
import { needsRoot, nobody } from '../../support/exchanged-folders.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const owner = { uid: nobody, gid: nobody };

const makeHome = (t: test.TestContext): string => {
  const home = path.join(temporaryFolder(t), 'home');
  mkdirSync(home);
  chownSync(home, nobody, nobody);
  return home;
};

const make = (home: string, calls?: FileCalls): Promise<void> =>
  inFolder(home, (held) => makeFolderIn(held, 'targets', owner, calls));

const assertGivenAway = (folder: string): void => {
  const { uid, gid, mode } = statSync(folder);
  assert.deepEqual({ uid, gid, mode: mode & 0o7777 }, { ...owner, mode: 0o755 });
};

test('another hook that writes into the new folder at once is no stranger', needsRoot, async (t) => {
  const home = makeHome(t);
  const calls: FileCalls = {
    ...systemCalls,
    async mkdir(...words: Parameters<FileCalls['mkdir']>) {
      await systemCalls.mkdir(...words);
      writeFileSync(path.join(home, 'targets/vm-2.json'), '[]');
      return undefined;
    },
  };
  await make(home, calls);
  assertGivenAway(path.join(home, 'targets'));
});

test('a hook that comes second says that the folder is there', needsRoot, async (t) => {
  const home = makeHome(t);
  await make(home);
  await assert.rejects(make(home), { code: 'EEXIST' });
  mkdirSync(path.join(home, 'roots'), 0o700);
  await assert.rejects(
    inFolder(home, (held) => makeFolderIn(held, 'roots', owner)),
    { code: 'EEXIST' },
  );
  assert.equal(statSync(path.join(home, 'roots')).uid, 0);
});

test('an empty folder of root that is put in its place stays with root', needsRoot, async (t) => {
  const home = makeHome(t);
  const calls: FileCalls = {
    ...systemCalls,
    async mkdir(...words: Parameters<FileCalls['mkdir']>) {
      mkdirSync(String(words[0]), 0o700);
      return undefined;
    },
  };
  await assert.rejects(make(home, calls), /targets cannot be used: somebody exchanged it while it was made/);
  assert.equal(statSync(path.join(home, 'targets')).uid, 0);
});
