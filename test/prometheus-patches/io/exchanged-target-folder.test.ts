/** A6: while root writes target files into a folder of oneadmin, oneadmin puts links to folders of root there. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import type { FileCalls } from '../../../lib/io/held-folder.ts';
import type { ExportingVm } from '../../../lib/prometheus/vm-targets.ts';
import { removeTargetFiles } from '../../../prometheus-patches/io/remove-target-files.ts';
import { syncTargets } from '../../../prometheus-patches/io/sync-targets.ts';
import {
  alignTargetFile,
  compareTargetFile,
  prepareTargetFolder,
} from '../../../prometheus-patches/io/target-files.ts';
import { actBetween } from '../../support/act-between.ts';
import { makeExchangedFolders, needsRoot, nobody } from '../../support/exchanged-folders.ts';
import { exportingVm } from '../../support/exporting-vm.ts';
import { describeTree } from '../../support/made-front-end.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const optionsOf = (folder: string, running: readonly number[]) => ({
  folder,
  preference: 'ipv4' as const,
  readVm: async (id: number) => (running.includes(id) ? exportingVm(id) : undefined),
});

/** Hidden, and older than any hook takes. */
const leftover = '.vm-3.json.1-0123abcd.tmp';

/** A folder of targets two deep in folders of the other user, and folders of root that hold the same names. */
const makeTree = (root: string) => {
  const folders = makeExchangedFolders(
    root,
    ['home', 'home/prometheus', 'home/prometheus/targets'],
    ['etc', 'etc/targets'],
  );
  for (const folder of ['home/prometheus/targets', 'etc', 'etc/targets']) {
    for (const name of ['vm-1.json', 'vm-none.json', leftover]) {
      writeFileSync(folders.at(`${folder}/${name}`), 'secret', { mode: 0o600 });
      utimesSync(folders.at(`${folder}/${name}`), 0, 0);
    }
  }
  return { ...folders, targets: folders.at('home/prometheus/targets') };
};

type Operation = (folder: string, calls: FileCalls) => Promise<unknown>;
const now = Date.UTC(2026, 0);
const operations: Readonly<Record<string, Operation>> = {
  'a file is written': (folder, calls) => alignTargetFile(2, optionsOf(folder, [2]), calls),
  'a file is replaced': (folder, calls) => alignTargetFile(1, optionsOf(folder, [1]), calls),
  'a file is removed': (folder, calls) => alignTargetFile(1, optionsOf(folder, []), calls),
  'files are compared': (folder, calls) => compareTargetFile(1, optionsOf(folder, []), calls),
  'the folder is made': (folder, calls) => prepareTargetFolder(path.join(folder, 'new/targets'), calls),
  'all files are brought in line': (folder, calls) =>
    syncTargets([exportingVm(2)], optionsOf(folder, [2]), now, 'change', calls),
  'all files are removed': (folder, calls) => removeTargetFiles(folder, calls),
};

for (const [title, operate] of Object.entries(operations)) {
  test(
    `A6-${title}: whenever a folder above is exchanged, nothing happens in folders of root`,
    needsRoot,
    async (t) => {
      const root = path.join(temporaryFolder(t), 'root');
      for (const exchanged of ['home/prometheus/targets', 'home/prometheus']) {
        for (const goesBack of [false, true]) {
          let most = 0;
          for (let moment = 0; moment <= most; moment += 1) {
            const { at, exchange, exchangeBack, targets } = makeTree(root);
            const before = describeTree(at('etc'));
            const calls = actBetween((call) => {
              most = Math.max(most, call);
              if (call === moment) exchange(exchanged);
              if (goesBack && call === moment + 1) exchangeBack(exchanged);
            });
            await operate(targets, calls).catch(() => undefined);
            assert.deepEqual(describeTree(at('etc')), before, `${exchanged} at call ${moment}`);
          }
          assert.ok(most > 5, 'each way down is made of calls');
        }
      }
    },
  );
}

test(
  'A6-the folder is exchanged while the VM is read: what root writes goes nowhere',
  needsRoot,
  async (t) => {
    const { at, exchange, targets } = makeTree(path.join(temporaryFolder(t), 'root'));
    const before = describeTree(at('etc'));
    const readVm = async (id: number): Promise<ExportingVm> => {
      exchange('home/prometheus/targets');
      return exportingVm(id);
    };
    await assert.rejects(alignTargetFile(2, { folder: targets, preference: 'ipv4', readVm }), {
      code: 'PATH_REFUSED',
    });
    assert.deepEqual(describeTree(at('etc')), before);
  },
);

test(
  'A6-a link and a pipe in the place of target files: one is replaced, the other holds nobody up',
  needsRoot,
  async (t) => {
    const { at, targets } = makeTree(path.join(temporaryFolder(t), 'root'));
    const before = describeTree(at('etc'));
    rmSync(path.join(targets, 'vm-1.json'));
    symlinkSync(at('etc/vm-1.json'), path.join(targets, 'vm-1.json'));
    execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', path.join(targets, 'vm-4.json')]);
    const options = optionsOf(targets, [1]);
    assert.equal((await alignTargetFile(1, options)).change, 'written');
    assert.ok(statSync(path.join(targets, 'vm-1.json')).isFile());
    await assert.rejects(syncTargets([exportingVm(1)], options, now), /vm-4\.json in line: it is not a file/);
    assert.deepEqual(describeTree(at('etc')), before);
  },
);

test('A6-a folder that root makes belongs to the owner of the folder around it', needsRoot, async (t) => {
  const { targets } = makeTree(path.join(temporaryFolder(t), 'root'));
  const folder = path.join(targets, 'new/targets');
  assert.equal((await alignTargetFile(2, optionsOf(folder, [2]))).change, 'written');
  for (const one of [folder, path.dirname(folder)])
    assert.deepEqual([statSync(one).uid, statSync(one).mode & 0o777], [nobody, 0o755]);
  assert.deepEqual(readdirSync(folder), ['vm-2.json']);
});
