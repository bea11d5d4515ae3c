/** Files that are read again and again: of the kernel, and of a made host. */
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { createFileKeeper } from '../../power-agent/io/kept-file.ts';
import { temporaryFolder } from '../support/temporary.ts';

const openOnes = (): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((file) => {
    try {
      return [readlinkSync(`/proc/self/fd/${file}`)];
    } catch {
      return []; // that of the listing itself
    }
  });

test('a file of /proc stays open, and is read anew each time', () => {
  const own = `/proc/${process.pid}/stat`;
  const file = createFileKeeper()(own);
  const first = file.read();
  assert.ok(openOnes().includes(own));
  for (let tries = 0; file.read() === first; tries += 1) assert.ok(tries < 1e6, 'its processor time grows');
  file.close();
  assert.ok(!openOnes().includes(own));
  assert.match(file.read() ?? '', /^\d+ \(/, 'it can be opened again');
  file.close();
});

test('another file in the place of one of a made host is read, and one that is gone is not', (t) => {
  const folder = temporaryFolder(t);
  const place = path.join(folder, 'stat');
  const file = createFileKeeper()(place);
  assert.equal(file.read(), undefined);
  writeFileSync(place, 'first');
  assert.equal(file.read(), 'first');
  writeFileSync(path.join(folder, 'next'), 'second');
  renameSync(path.join(folder, 'next'), place);
  assert.equal(file.read(), 'second');
  rmSync(place);
  assert.equal(file.read(), undefined);
  assert.ok(!openOnes().includes(place));
});
