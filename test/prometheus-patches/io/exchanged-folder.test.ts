/** A6: while root edits prometheus.yml, or removes target files, another user exchanges the folder. */
import assert from 'node:assert/strict';
import { chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { readConfigFile, replaceConfigFile } from '../../../prometheus-patches/io/config-file.ts';
import { removeTargetFiles } from '../../../prometheus-patches/io/remove-target-files.ts';
import { needsRoot, nobody } from '../../support/exchanged-folders.ts';
import { describeTree } from '../../support/made-front-end.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test(
  'A6-the folder of prometheus.yml is exchanged while promtool checks: the new place is left alone',
  needsRoot,
  async (t) => {
    const root = temporaryFolder(t);
    const at = (name: string): string => path.join(root, name);
    for (const folder of ['home', 'home/prometheus', 'etc']) mkdirSync(at(folder));
    for (const name of ['home', 'home/prometheus']) chownSync(at(name), nobody, nobody);
    for (const name of ['home/prometheus', 'etc'])
      writeFileSync(at(`${name}/prometheus.yml`), 'scrape_configs: []\n');
    chownSync(at('home/prometheus/prometheus.yml'), nobody, nobody);
    const exchange = `#!/bin/sh\ncd ${root} && mv home/prometheus home/away && ln -s ${root}/etc home/prometheus\n`;
    writeFileSync(at('promtool'), exchange, { mode: 0o755 });
    const before = describeTree(at('etc'));
    const file = await readConfigFile(at('home/prometheus/prometheus.yml'));
    await replaceConfigFile(file, 'scrape_configs: [] # ours\n', {
      promtool: at('promtool'),
      now: new Date(0),
    });
    assert.deepEqual(describeTree(at('etc')), before);
    assert.deepEqual([...describeTree(at('home/away')).keys()].length, 2);
  },
);

test(
  'A6-target files are not removed through a link of another user to a folder of root',
  needsRoot,
  async (t) => {
    const root = temporaryFolder(t);
    const at = (name: string): string => path.join(root, name);
    for (const folder of ['home', 'etc']) mkdirSync(at(folder));
    writeFileSync(at('etc/vm-1.json'), '[]');
    symlinkSync(at('etc'), at('home/targets'));
    lchownSync(at('home/targets'), nobody, nobody);
    await assert.rejects(
      removeTargetFiles(at('home/targets')),
      /targets cannot be used: it is a link of user 65534/,
    );
    assert.ok(describeTree(at('etc')).has('vm-1.json'));
    await removeTargetFiles(at('nowhere'));
  },
);
