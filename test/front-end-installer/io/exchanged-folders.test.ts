/** A6: while root works in folders of another user, that user puts links in their place, between any two calls. */
import assert from 'node:assert/strict';
import {
  chownSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as systemCalls from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import type { FileState } from '../../../front-end-installer/file-state.ts';
import { type FileSystem, fileSystemAt } from '../../../front-end-installer/io/files.ts';
import { type FileCalls, followLinks, inFolder } from '../../../lib/io/held-folder.ts';
import { actBetween } from '../../support/act-between.ts';
import {
  type ExchangedFolders,
  makeExchangedFolders,
  needsRoot,
  nobody,
} from '../../support/exchanged-folders.ts';
import { describeTree } from '../../support/made-front-end.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const owner = { uid: nobody, gid: nobody };
const ours: FileState = { kind: 'file', content: Buffer.from('ours'), mode: 0o755, ...owner };

/** Folders of the other user, one in the other, and folders of root that hold the same names. */
const makeTree = (root: string): ExchangedFolders => {
  const folders = makeExchangedFolders(
    root,
    ['home', 'home/drivers', 'home/drivers/biscuit', 'home/drivers/biscuit/empty'],
    ['etc', 'etc/biscuit', 'etc/biscuit/empty', 'etc/empty'],
  );
  for (const file of ['authenticate', '.authenticate.1-0123abcd.tmp', 'biscuit/authenticate'])
    writeFileSync(folders.at(`etc/${file}`), 'kept, and secret', { mode: 0o600 });
  return folders;
};

const file = '/home/drivers/biscuit/authenticate';
const operations: Readonly<Record<string, (files: FileSystem) => Promise<unknown>>> = {
  'write a file': ({ write }) => write(file, ours),
  'write a file that a program checks': ({ write }) => write(file, ours, ['test', '-f']),
  'make a link': ({ write }) => write(file, { kind: 'link', target: '/etc/shadow' }),
  'remove a file': ({ write }) => write(file, { kind: 'absent' }),
  'make a folder': ({ makeFolder }) => makeFolder('/home/drivers/biscuit/new', owner),
  'remove a folder': ({ removeFolder }) => removeFolder('/home/drivers/biscuit/empty'),
  'remove what was left': ({ removeTemporaries }) => removeTemporaries(file),
  read: async ({ read }) => {
    const state = await read(file);
    assert.ok(state.kind !== 'file' || !state.content.includes('secret'));
  },
};

for (const [title, operate] of Object.entries(operations)) {
  test(
    `A6-${title}: whenever a folder above is exchanged, nothing happens in folders of root`,
    needsRoot,
    async (t) => {
      const root = path.join(temporaryFolder(t), 'root');
      for (const exchanged of ['home/drivers/biscuit', 'home/drivers']) {
        for (const goesBack of [false, true]) {
          let most = 0;
          for (let moment = 0; moment <= most; moment += 1) {
            const { exchange, exchangeBack } = makeTree(root);
            const before = describeTree(path.join(root, 'etc'));
            const calls = actBetween((call) => {
              most = Math.max(most, call);
              if (call === moment) exchange(exchanged);
              if (goesBack && call === moment + 1) exchangeBack(exchanged);
            });
            await operate(fileSystemAt(root, calls)).catch(() => undefined);
            assert.deepEqual(describeTree(path.join(root, 'etc')), before, `${exchanged} at call ${moment}`);
          }
          assert.ok(most > 5, 'each way down is made of calls');
        }
      }
    },
  );
}

test(
  'A6-what the folder that was meant has got is what was written, even if it is elsewhere by then',
  needsRoot,
  async (t) => {
    const root = path.join(temporaryFolder(t), 'root');
    const { exchange } = makeTree(root);
    const calls: FileCalls = {
      ...systemCalls,
      rename: (from, to) => {
        exchange('home/drivers/biscuit');
        return systemCalls.rename(from, to);
      },
    };
    await fileSystemAt(root, calls).write(file, ours);
    const written = path.join(root, 'home/drivers/biscuit.away/authenticate');
    assert.equal(readFileSync(written, 'utf8'), 'ours');
    const { uid, mode } = statSync(written);
    assert.deepEqual([uid, mode & 0o7777], [nobody, 0o755]);
  },
);

test('A6-a folder of root that is put in the place of a new one stays with root', needsRoot, async (t) => {
  const root = path.join(temporaryFolder(t), 'root');
  makeTree(root);
  const at = (name: string): string => path.join(root, 'home/drivers', name);
  mkdirSync(at('secrets'));
  writeFileSync(at('secrets/key'), 'secret');
  const calls: FileCalls = {
    ...systemCalls,
    mkdir: async (...words: Parameters<FileCalls['mkdir']>) => {
      await systemCalls.mkdir(...words);
      rmSync(at('new'), { recursive: true });
      renameSync(at('secrets'), at('new'));
      return undefined;
    },
  };
  await assert.rejects(
    fileSystemAt(root, calls).makeFolder('/home/drivers/new', owner),
    /new cannot be used: somebody exchanged it while it was made/,
  );
  assert.equal(statSync(at('new')).uid, 0);
});

test('A6-links in folders of another user lead to what is theirs, or nowhere', needsRoot, async (t) => {
  const root = path.join(temporaryFolder(t), 'root');
  makeTree(root);
  const at = (name: string): string => path.join(root, name);
  const link = (name: string, target: string, uid: number): void => {
    symlinkSync(target, at(name));
    lchownSync(at(name), uid, uid);
  };
  const lead = (name: string) => inFolder(at(name), async () => 'through');
  link('home/own', 'drivers/../drivers/biscuit', nobody);
  link('home/roots', at('home/drivers'), 0);
  link('home/astray', at('etc'), nobody);
  link('home/roots-astray', at('etc'), 0);
  link('home/round', 'round', nobody);
  link('etc/anywhere', at('home'), 0);
  assert.equal(await lead('home/own'), 'through');
  assert.equal(await lead('home/roots'), 'through');
  assert.equal(await lead('etc/anywhere/drivers'), 'through');
  await assert.rejects(
    lead('home/astray'),
    /home\/astray cannot be used: it is a link of user 65534 to what/,
  );
  await assert.rejects(lead('home/roots-astray/biscuit'), /roots-astray cannot be used/);
  await assert.rejects(lead('home/round'), /one of too many links/);

  writeFileSync(at('home/file'), '');
  chownSync(at('home/file'), nobody, nobody);
  link('home/to-file', at('home/file'), nobody);
  link('home/to-secret', at('etc/authenticate'), nobody);
  link('etc/to-file', at('home/file'), 0);
  assert.equal(await followLinks(at('home/to-file')), at('home/file'));
  assert.equal(await followLinks(at('etc/to-file')), at('home/file'));
  await assert.rejects(
    followLinks(at('home/to-secret')),
    /to-secret cannot be used: it is a link in a folder/,
  );
});
