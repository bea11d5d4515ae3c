/** Laws of an installation: all of it or nothing, whichever step fails, and back again byte for byte. */
import assert from 'node:assert/strict';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { fileSystemAt } from '../../../front-end-installer/io/files.ts';
import { installationSteps } from '../../../front-end-installer/io/installation-steps.ts';
import { type Installation, planInstallation } from '../../../front-end-installer/io/plan-installation.ts';
import { recordStoreIn } from '../../../front-end-installer/io/record-store.ts';
import { planRemoval, runRemoval } from '../../../front-end-installer/io/removal.ts';
import { runSteps, type Step } from '../../../front-end-installer/io/run-steps.ts';
import { readPackage, surveyFrontEnd } from '../../../front-end-installer/io/survey.ts';
import { editOnedConf, revertOnedConf } from '../../../front-end-installer/oned-conf.ts';
import { parts } from '../../../front-end-installer/parts.ts';
import { createXmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import { placesOf } from '../../../lib/one/places.ts';
import { repositoryPath } from '../../support/expected.ts';
import { createHookRegistry, type HookRegistry } from '../../support/hook-registry.ts';
import { startLivingFrontEnd } from '../../support/living-front-end.ts';
import { addFirstGeneration, type MadeFrontEnd, makeFrontEnd } from '../../support/made-front-end.ts';

interface Lab {
  readonly tree: MadeFrontEnd;
  readonly registry: HookRegistry;
  readonly installation: Installation;
  /** The tree and the hooks. */
  readonly describe: () => readonly unknown[];
}

const wanted = {
  authDriver: { name: 'biscuit', conf: new Map([['PASSWORD_CHANGE', 'NO']]) },
  localAction: { drivers: ['kvm', 'qemu'], action: 'migrate', script: 'migrate_tunnel' },
};

/** Of the package one file of each kind: every step is made to fail, twice. */
const someFiles =
  /^(?:oneext(?:\.yaml\.sample)?|auth\/biscuit\/(?:yaml\.js|package\.json)|systemd\/.*|sudoers\.d\/.*|prometheus\/rules\/.*|vmm\/.*|hooks\/templates\/(?:host|vm.*-(?:running|done)).*)$/;
const driver = {
  name: 'auth/biscuit/authenticate',
  content: Buffer.from('#!/bin/sh\n# oneext\n'),
  mode: 0o755,
};
const smallPackage = async () => [
  driver,
  ...(await readPackage(repositoryPath('dist'))).filter(({ name }) => someFiles.test(name)),
];

/** visudo is not everywhere; what it says is in test/system. */
const withoutVisudo = (installation: Installation): Installation => ({
  ...installation,
  fileSystem: {
    ...installation.fileSystem,
    write: (file, state, check) =>
      installation.fileSystem.write(file, state, check?.[0] === 'visudo' ? undefined : check),
  },
});

const startLab = async (t: TestContext, isFirstGeneration = false): Promise<Lab> => {
  const tree = makeFrontEnd(t);
  const registry = createHookRegistry();
  if (isFirstGeneration) {
    addFirstGeneration(tree);
    registry.register(
      'NAME = prometheus_vm_discovery\nTYPE = state\nRESOURCE = VM\nON = RUNNING\nCOMMAND = /usr/share/one/prometheus/patch_datasources.rb\n',
    );
    registry.register(
      'NAME = host_geolocation\nTYPE = state\nRESOURCE = HOST\nSTATE = MONITORED\nCOMMAND = /usr/share/one/geo.rb\nREMOTE = NO\n',
    );
  }
  const { endpoint } = await startLivingFrontEnd(t, registry.answer);
  const client = createXmlRpcClient({
    endpoint: new URL(endpoint),
    credentials: async () => 'oneadmin:labpass',
    totalTimeoutMs: 10_000,
  });
  const fileSystem = fileSystemAt(tree.root);
  const places = placesOf({});
  const survey = await surveyFrontEnd(fileSystem, places, repositoryPath('dist'));
  const installation = withoutVisudo({
    version: '1.2.3',
    places,
    ...survey,
    fileSystem,
    store: recordStoreIn(fileSystem.at(path.join(places.state, 'front-end'))),
    packageFiles: await smallPackage(),
    parts,
    migrateThroughTunnel: true,
    edits: [
      {
        path: '/etc/one/oned.conf',
        encoding: 'latin1',
        edit: (text) => editOnedConf(text, wanted),
        revert: (text) => revertOnedConf(text, wanted),
      },
    ],
    folders: ['/var/lib/one/prometheus/targets'],
    client,
    now: new Date('2026-01-02T03:04:05Z'),
  });
  return { tree, registry, installation, describe: () => [tree.describe(), registry.describe()] };
};

const reloads = { reload: async () => undefined };

const stepsOf = async (installation: Installation): Promise<readonly Step[]> => {
  const before = await installation.store.read();
  return installationSteps(installation, await planInstallation(installation, before), before, reloads);
};

/** As the command does it: under the lock. */
const locked = async <T>({ store }: Installation, work: () => Promise<T>): Promise<T> => {
  const release = await store.lock();
  return work().finally(release);
};

const installAll = (installation: Installation): Promise<void> =>
  locked(installation, async () => runSteps(await stepsOf(installation), () => undefined));

const removeAll = (installation: Installation): Promise<readonly string[]> =>
  locked(installation, async () => {
    const record = await installation.store.read();
    assert.ok(record !== undefined);
    const returns = await planRemoval(installation, record);
    return runRemoval(installation, returns, record, () => undefined);
  });

for (const isFirstGeneration of [false, true]) {
  const over = isFirstGeneration ? 'over the first generation' : 'on a fresh front-end';

  test(`${over}: installed, again without a change, and away without a trace`, async (t) => {
    const { installation, describe } = await startLab(t, isFirstGeneration);
    const before = describe();
    await installAll(installation);
    const installed = describe();
    assert.notDeepEqual(installed, before);
    const plan = await planInstallation(installation, await installation.store.read());
    assert.deepEqual([plan.files, plan.hooks], [[], []]);
    await installAll(installation);
    assert.deepEqual(describe(), installed);
    assert.deepEqual(await removeAll(installation), []);
    assert.deepEqual(describe(), before);
  });

  test(`${over}: whichever step fails, before or after it acted, everything is as it was`, async (t) => {
    const { installation, describe } = await startLab(t, isFirstGeneration);
    const before = describe();
    const count = (await stepsOf(installation)).length;
    assert.ok(count > 25, String(count));
    for (let at = 0; at < count; at += 1) {
      for (const moment of ['before', 'after']) {
        await locked(installation, async () => {
          const steps = (await stepsOf(installation)).map((step, index): Step => {
            if (index !== at) return step;
            const run = async (): Promise<void> => {
              if (moment === 'after') await step.run();
              throw new Error('the step fails');
            };
            return { ...step, run };
          });
          await assert.rejects(
            runSteps(steps, () => undefined),
            /the step fails; everything is as it was/,
          );
        });
        assert.deepEqual(describe(), before, `step ${at}, ${moment}`);
      }
    }
  });

  test(`${over}: killed after any step, the next run completes it, and away it goes`, async (t) => {
    const { installation, describe } = await startLab(t, isFirstGeneration);
    const before = describe();
    const count = (await stepsOf(installation)).length;
    for (let at = 0; at < count; at += 1) {
      const steps = await stepsOf(installation);
      for (const step of steps.slice(0, at)) await step.run();
      if (at % 2 === 0) await installAll(installation);
      else if (at === 1) continue; // nothing but the record: the next round goes on from there
      assert.deepEqual(await removeAll(installation), [], `step ${at}`);
      assert.deepEqual(describe(), before, `step ${at}`);
    }
  });
}

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
    runSteps(steps, () => undefined),
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
    runSteps([step('a'), step('b')], () => undefined, controller.signal),
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
