/** The file of revoked ids, which root may write in a folder of oneadmin. */
import assert from 'node:assert/strict';
import { chownSync, lchownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { addRevocation } from '../../../../cli/token/io/revocation-file.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const needsRoot = { skip: process.getuid?.() !== 0 && 'needs root to act for another user' };
const nobody = 65_534;
const id = 'ab'.repeat(64);

test('an id is added once, on a line of its own, through the link of whoever owns both', async (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'revoked.txt');
  writeFileSync(file, '# ours');
  symlinkSync('revoked.txt', path.join(folder, 'link'));
  assert.equal(await addRevocation(path.join(folder, 'link'), id), true);
  assert.equal(await addRevocation(file, id), false);
  assert.equal(readFileSync(file, 'utf8'), `# ours\n${id}\n`);
  assert.equal(await addRevocation(path.join(folder, 'new'), id), true);
  await assert.rejects(addRevocation(folder, id), { code: 'REVOCATION_FAILED' });
});

test('A6-a link of another user does not make root append to a file of root', needsRoot, async (t) => {
  const root = temporaryFolder(t);
  const at = (name: string): string => path.join(root, name);
  for (const folder of ['etc', 'home']) mkdirSync(at(folder));
  chownSync(at('home'), nobody, nobody);
  writeFileSync(at('etc/revoked.txt'), 'kept\n');
  for (const [name, target] of [
    ['home/revoked.txt', 'etc/revoked.txt'],
    ['home/etc', 'etc'],
  ] as const) {
    symlinkSync(at(target), at(name));
    lchownSync(at(name), nobody, nobody);
  }
  for (const file of ['home/revoked.txt', 'home/etc/new.txt'])
    await assert.rejects(addRevocation(at(file), id), { code: 'PATH_REFUSED' });
  assert.equal(readFileSync(at('etc/revoked.txt'), 'utf8'), 'kept\n');
});
