/** What an installation says and does when something is wrong with its steps, its lock or its record. */
import assert from 'node:assert/strict';
import { chownSync, lchownSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import type { FileState } from '../../../front-end-installer/file-state.ts';
import { fileSystemAt } from '../../../front-end-installer/io/files.ts';
import { type Installation, planInstallation } from '../../../front-end-installer/io/plan-installation.ts';
import { runInstallation, type Step } from '../../../front-end-installer/io/run-installation.ts';
import { surveyFrontEnd } from '../../../front-end-installer/io/survey.ts';
import { placesOf } from '../../../lib/one/places.ts';
import { repositoryPath } from '../../support/expected.ts';
import { installAll, locked, removeAll, startLab, stepsOf } from '../../support/installation-lab.ts';
import { makeFrontEnd } from '../../support/made-front-end.ts';

test('the first failure is told, also where undoing fails', async () => {
  const step = (title: string, run: () => Promise<void>, undo: () => Promise<void>): Step => ({
    title,
    run,
    undo,
  });
  const nothing = async (): Promise<void> => undefined;
  const fail = (text: string) => async (): Promise<void> => {
    throw new Error(text);
  };
  const steps = [step('first', nothing, fail('cannot undo')), step('second', fail('the cause'), nothing)];
  await assert.rejects(
    runInstallation(steps, () => undefined),
    /stopped at "second": the cause; could not be undone: first: cannot undo/,
  );
});

test('a signal between two steps undoes what was done', async () => {
  const controller = new AbortController();
  const log: string[] = [];
  const step = (title: string): Step => ({
    title,
    run: async () => {
      log.push(`run ${title}`);
      controller.abort('SIGTERM');
    },
    undo: async () => {
      log.push(`undo ${title}`);
    },
  });
  await assert.rejects(
    runInstallation([step('a'), step('b')], () => undefined, controller.signal),
    /stopped by SIGTERM/,
  );
  assert.deepEqual(log, ['run a', 'undo a']);
});

test('one run at a time; the lock of a process that has gone does not count', async (t) => {
  const { installation, tree } = await startLab(t);
  const release = await installation.store.lock();
  await assert.rejects(installation.store.lock(), /another run .* is under way: process \d+/);
  await release();
  tree.write('/var/lib/opennebula-extensions/front-end/lock', '999999999\n');
  await (await installation.store.lock())();
});

test('a lock whose number another process has since does not count', async (t) => {
  const { installation, tree } = await startLab(t);
  const lock = '/var/lib/opennebula-extensions/front-end/lock';
  await (await installation.store.lock())();
  tree.write(lock, `${process.pid} 00000000-0000-0000-0000-000000000000 1\n`);
  await (await installation.store.lock())();
});

test('of many that find the lock of a process that has gone, one gets it', async (t) => {
  const { installation, tree } = await startLab(t);
  const lock = '/var/lib/opennebula-extensions/front-end/lock';
  for (let round = 0; round < 20; round += 1) {
    tree.write(lock, '999999999\n');
    const runs = await Promise.allSettled(Array.from({ length: 8 }, () => installation.store.lock()));
    const taken = runs.flatMap((run) => (run.status === 'fulfilled' ? [run.value] : []));
    assert.equal(taken.length, 1, `round ${round}`);
    for (const release of taken) await release();
  }
});

test('a record that is damaged, or an original that is not what was saved, is told and nothing is done', async (t) => {
  const { installation, tree, describe } = await startLab(t, true);
  await installAll(installation);
  const record = '/var/lib/opennebula-extensions/front-end/record.json';
  const text = tree.read(record);
  const installed = describe();
  tree.write(record, text.slice(0, -20), 0o600);
  await assert.rejects(installation.store.read(), /not a record that this version can read/);
  tree.write(record, text, 0o600);
  const [, sha256 = ''] = /"sha256": "([0-9a-f]{64})"/.exec(text) ?? [];
  const copy = `/var/lib/opennebula-extensions/front-end/originals/${sha256}`;
  const original = tree.read(copy);
  tree.write(copy, 'something else', 0o600);
  await assert.rejects(removeAll(installation), /is not what was saved/);
  tree.write(copy, original, 0o600);
  assert.deepEqual(describe(), installed);
});

/** The file system of a lab, on which writing a path fails once `isBroken` says so. */
const breakWrites = (
  installation: Installation,
  isBroken: (file: string, state: FileState) => boolean,
): Installation => ({
  ...installation,
  fileSystem: {
    ...installation.fileSystem,
    write: async (file, state, check) => {
      if (isBroken(file, state)) throw new Error('no space left on device');
      await installation.fileSystem.write(file, state, check);
    },
  },
});

test('what could not be undone is remembered with its original: uninstalling brings it back', async (t) => {
  const { installation, tree, describe } = await startLab(t, true);
  const before = describe();
  const stock = tree.read('/etc/one/oned.conf');
  let isFull = false;
  const broken = breakWrites(installation, (file, state) => {
    if (file.endsWith('/oned.conf') && state.kind === 'file') {
      const isOurs = state.content.toString('latin1') !== stock;
      if (isOurs) isFull = true;
      return !isOurs && isFull;
    }
    return false;
  });
  const steps = await stepsOf(broken);
  const failing = steps.map((step, at) =>
    at === steps.length - 1 ? { ...step, run: () => Promise.reject(new Error('the step fails')) } : step,
  );
  await assert.rejects(
    locked(broken, () => runInstallation(failing, () => undefined)),
    /could not be undone: edit \/etc\/one\/oned\.conf: no space left/,
  );
  assert.notEqual(tree.read('/etc/one/oned.conf'), stock);
  assert.deepEqual(await removeAll(installation), []);
  assert.deepEqual(describe(), before);
});

test('a path that was not changed is not written when the run is undone: the disk is full', async (t) => {
  const { installation, describe } = await startLab(t, true);
  const before = describe();
  const full = breakWrites(
    installation,
    (file, state) => file.endsWith('/oned.conf') && state.kind === 'file',
  );
  await assert.rejects(installAll(full), /no space left on device; everything is as it was/);
  assert.deepEqual(describe(), before);
});

test('a self-contained OpenNebula gets no unit and no rules for sudo, whatever else the machine has', async (t) => {
  const { root, write } = makeFrontEnd(t);
  write('/srv/one/etc/oned.conf', '');
  write('/srv/one/var/remotes/vmm/kvm/migrate', '');
  const survey = (ONE_LOCATION: string) =>
    surveyFrontEnd(fileSystemAt(root), placesOf({ ONE_LOCATION }), repositoryPath('dist'));
  const contained = (await survey('/srv/one')).frontEnd;
  assert.deepEqual([contained.hasExporterUnit, contained.isHypervisor], [false, false]);
  const { frontEnd } = await survey('');
  assert.deepEqual([frontEnd.hasExporterUnit, frontEnd.isHypervisor], [true, true]);
});

test('killed between remembering and writing: the next run finds no change of anybody else', async (t) => {
  const { installation, describe } = await startLab(t, true);
  const before = describe();
  // What happens before the write has happened; the process is gone, and so nothing is undone.
  const killed = breakWrites(installation, (file) => file.endsWith('/remotes/auth/biscuit/authenticate'));
  for (const step of await stepsOf(killed)) {
    if (
      await step.run().then(
        () => false,
        () => true,
      )
    )
      break;
  }
  await installAll(installation);
  assert.deepEqual(await removeAll(installation), []);
  assert.deepEqual(describe(), before);
});

test("root does not follow oneadmin's links into folders of root", {
  skip: process.getuid?.() !== 0 && 'needs root to make links of others',
}, async (t) => {
  const { root, write, describe } = makeFrontEnd(t);
  write('/etc/cron.daily/kept', '');
  write('/srv/drivers/kept', '');
  const nobody = 65_534;
  const link = path.join(root, '/var/lib/one/remotes/auth/biscuit');
  const state: FileState = { kind: 'file', content: Buffer.from(''), mode: 0o755, uid: nobody, gid: nobody };
  const file = '/var/lib/one/remotes/auth/biscuit/authenticate';
  const { write: put, makeFolder } = fileSystemAt(root);

  symlinkSync(path.join(root, '/etc/cron.daily'), link);
  lchownSync(link, nobody, nobody);
  const before = describe();
  await assert.rejects(put(file, state), /biscuit cannot be used: it is a link of user 65534/);
  await assert.rejects(
    makeFolder(path.join(path.dirname(file), 'new'), { uid: nobody, gid: nobody }),
    /a link of user/,
  );
  assert.deepEqual(describe(), before);

  // His own folder, wherever it is, and links that root has made.
  rmSync(link);
  symlinkSync(path.join(root, '/srv/drivers'), link);
  await put(file, state);
  lchownSync(link, nobody, nobody);
  chownSync(path.join(root, '/srv/drivers'), nobody, nobody);
  await put(file, { ...state, mode: 0o700 });
  assert.ok(describe().has('srv/drivers/authenticate'));
});

test('a hook that another front-end registers at the same moment is not deleted when this run is undone', async (t) => {
  const { installation, registry } = await startLab(t);
  const [planned] = (await planInstallation(installation, undefined)).hooks;
  assert.ok(planned?.kind === 'create-hook');
  const steps = await stepsOf(installation);
  registry.register(planned.wanted.template);
  await locked(installation, () =>
    assert.rejects(
      runInstallation(steps, () => undefined),
      /NAME is already taken/,
    ),
  );
  assert.deepEqual(
    [...registry.hooks.values()].map(({ name }) => name),
    [planned.wanted.name],
  );
});

test('a hook that the table does not have joins no part: the package is refused, and nothing is planned', async (t) => {
  const { installation } = await startLab(t);
  const path = 'hooks/templates/vm_other.hook';
  const template = 'NAME = vm_other\nTYPE = state\nRESOURCE = VM\nON = DONE\nCOMMAND = /usr/bin/true\n';
  const packageFiles = [
    ...installation.packageFiles,
    { name: path, content: Buffer.from(template), mode: 0o644 },
  ];
  await assert.rejects(
    planInstallation({ ...installation, packageFiles }, undefined),
    /hooks\/templates\/vm_other\.hook: no hook of this version of oneext has the command \/usr\/bin\/true/,
  );
});

test('the hooks of a part are registered with it, and those of other parts are not', async (t) => {
  const { installation } = await startLab(t);
  const { hooks } = await planInstallation({ ...installation, parts: ['geolocation'] }, undefined);
  assert.deepEqual(
    hooks.map((change) => (change.kind === 'create-hook' ? change.wanted.name : change.kind)),
    ['host_geolocation'],
  );
});
