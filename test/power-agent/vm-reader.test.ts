/** Which processes are VMs, where their numbers are used again and programs change. */
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { createVmReader } from '../../power-agent/io/vm-reader.ts';
import { madeHostFiles } from '../support/made-energy-files.ts';
import { temporaryFolder } from '../support/temporary.ts';

const makeReader = (t: TestContext, prepare: (procfs: string) => void = () => undefined) => {
  const files = madeHostFiles(temporaryFolder(t));
  files.putProcess({ pid: 5250, vm: 525, cpuSeconds: 1 });
  prepare(files.procfs);
  return { files, reader: createVmReader(files) };
};
const keysOf = (read: ReturnType<ReturnType<typeof createVmReader>['read']>): readonly string[] =>
  [...read.values()].map(({ key }) => key.replace(/[^a-z0-9-].*$/s, ''));

const openOnes = (file: string): number =>
  readdirSync('/proc/self/fd').filter((one) => {
    try {
      return readlinkSync(`/proc/self/fd/${one}`) === file;
    } catch {
      return false; // that of the listing itself
    }
  }).length;

test('a process that has the number of a VM that ended is a VM as soon as it runs an emulator', (t) => {
  const { files, reader } = makeReader(t, (procfs) => {
    symlinkSync(String(process.pid), path.join(procfs, 'self'));
    writeFileSync(path.join(procfs, 'loadavg'), '0.1 0.1 0.1 1/99 5250\n');
  });
  assert.deepEqual(keysOf(reader.read()), ['one-525']);
  files.putProcess({ pid: 5250, cpuSeconds: 0, startedAt: 900 });
  assert.deepEqual(keysOf(reader.read()), []);
  files.putProcess({ pid: 5250, vm: 526, cpuSeconds: 0, startedAt: 900 });
  assert.deepEqual(keysOf(reader.read()), ['one-526']);
});

test('a VM that is found while its process is looked at again keeps one file open', (t) => {
  const stat = '/proc/self/stat';
  const own = `/proc/${process.pid}/stat`;
  const { files, reader } = makeReader(t);
  reader.read();
  files.putProcess({ pid: 5260, cpuSeconds: 0 });
  // The first four looks at it see another program, and the next comes later than that at all processes in turn.
  for (let reading = 0; reading < 4; reading += 1) assert.deepEqual(keysOf(reader.read()), ['one-525']);
  files.putProcess({ pid: 5260, vm: 526, cpuSeconds: 0 });
  rmSync(path.join(files.procfs, '5260/stat'));
  symlinkSync(stat, path.join(files.procfs, '5260/stat'));
  for (let reading = 0; reading < 30; reading += 1)
    assert.deepEqual(keysOf(reader.read()), ['one-525', 'one-526']);
  assert.equal(openOnes(own), 1);
});
