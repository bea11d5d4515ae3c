/** An installation on a made front-end with hooks, for tests that break it at each of its steps. */
import assert from 'node:assert/strict';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { fileSystemAt } from '../../front-end-installer/io/files.ts';
import { installationSteps } from '../../front-end-installer/io/installation-steps.ts';
import { type Installation, planInstallation } from '../../front-end-installer/io/plan-installation.ts';
import { recordStoreIn } from '../../front-end-installer/io/record-store.ts';
import { planRemoval, runRemoval } from '../../front-end-installer/io/removal.ts';
import { runInstallation, type Step } from '../../front-end-installer/io/run-installation.ts';
import { readPackage, surveyFrontEnd } from '../../front-end-installer/io/survey.ts';
import { editOnedConf, revertOnedConf } from '../../front-end-installer/oned-conf.ts';
import { parts } from '../../front-end-installer/parts.ts';
import { suiteHooks } from '../../hooks/hooks.ts';
import { createXmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { placesOf } from '../../lib/one/places.ts';
import { repositoryPath } from './expected.ts';
import { createHookRegistry, type HookRegistry } from './hook-registry.ts';
import { startLivingFrontEnd } from './living-front-end.ts';
import { addFirstGeneration, type MadeFrontEnd, makeFrontEnd } from './made-front-end.ts';

export interface Lab {
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
  /^(?:oneext(?:\.yaml\.sample)?|auth\/biscuit\/(?:yaml\.js|package\.json)|systemd\/opennebula-exporter.*|sudoers\.d\/.*|prometheus\/rules\/.*|vmm\/.*|hooks\/templates\/(?:host|vm.*-(?:running|done)).*)$/;
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

export const startLab = async (t: TestContext, isFirstGeneration = false): Promise<Lab> => {
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
    suiteHooks,
    edits: [
      {
        path: '/etc/one/oned.conf',
        kind: 'oned.conf',
        encoding: 'latin1',
        edit: (text) => editOnedConf(text, wanted),
        revert: (text) => revertOnedConf(text, wanted),
      },
    ],
    prometheusUnit: 'opennebula-prometheus.service',
    folders: ['/var/lib/one/prometheus/targets'],
    client,
    now: new Date('2026-01-02T03:04:05Z'),
  });
  return { tree, registry, installation, describe: () => [tree.describe(), registry.describe()] };
};

const reloads = { reload: async () => undefined };

export const stepsOf = async (installation: Installation): Promise<readonly Step[]> => {
  const before = await installation.store.read();
  return installationSteps(installation, await planInstallation(installation, before), before, reloads);
};

/** As the command does it: under the lock. */
export const locked = async <T>({ store }: Installation, work: () => Promise<T>): Promise<T> => {
  const release = await store.lock();
  return work().finally(release);
};

export const installAll = (installation: Installation): Promise<void> =>
  locked(installation, async () => runInstallation(await stepsOf(installation), () => undefined));

export const removeAll = (installation: Installation): Promise<readonly string[]> =>
  locked(installation, async () => {
    const record = await installation.store.read();
    assert.ok(record !== undefined);
    const returns = await planRemoval(installation, record);
    return runRemoval(installation, returns, record, () => undefined);
  });
