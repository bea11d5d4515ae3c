import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import {
  formatHookAgain,
  planHooks,
  type RegisteredHook,
  wantHook,
} from '../../front-end-installer/hooks.ts';
import { repositoryPath } from '../support/expected.ts';
import { createHookRegistry } from '../support/hook-registry.ts';

const folder = repositoryPath('hooks/templates');
const templates = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
const wanted = templates.map(wantHook);

const firstGeneration = [
  'NAME = host_geolocation\nTYPE = state\nRESOURCE = HOST\nSTATE = MONITORED\nCOMMAND = /usr/share/one/geo.rb\nARGUMENTS = $TEMPLATE\n',
  'NAME = prometheus_vm_discovery\nTYPE = state\nRESOURCE = VM\nON = RUNNING\nCOMMAND = /usr/share/one/prometheus/patch_datasources.rb\n',
];

const kindsOf = (registered: readonly RegisteredHook[]): readonly string[] =>
  planHooks(wanted, registered).map((change) =>
    change.kind === 'create-hook'
      ? `create ${change.wanted.name}`
      : `${change.kind.replace('-hook', '')} ${change.registered.name}`,
  );

const registryOf = (texts: readonly string[]): readonly RegisteredHook[] => {
  const registry = createHookRegistry();
  for (const text of texts) registry.register(text);
  return [...registry.hooks.values()].map(({ type, attributes, ...hook }) => ({
    ...hook,
    attributes: new Map([['TYPE', type], ...attributes]),
  }));
};

test('what has been registered from our templates is as it should be', () => {
  assert.equal(wanted.length, templates.length);
  assert.deepEqual(kindsOf(registryOf(templates)), []);
});

test('none are registered: all of them are to be', () => {
  assert.deepEqual(
    kindsOf([]),
    wanted.map(({ name }) => `create ${name}`),
  );
});

test('a hook that differs is updated, and keeps its id', () => {
  const hooks = registryOf(templates.map((text) => text.replace('TIMEOUT         = 60', 'TIMEOUT = 5')));
  assert.deepEqual(
    kindsOf(hooks),
    wanted.map(({ name }) => `update ${name}`),
  );
});

test('hooks of the first generation: one has our name and is updated, the other goes', () => {
  const kinds = kindsOf(registryOf(firstGeneration));
  assert.deepEqual(kinds.slice(0, 2), ['delete prometheus_vm_discovery', 'update host_geolocation']);
  assert.equal(kinds.length, wanted.length + 1);
});

test('a hook of our name on another resource cannot be updated: it is made again', () => {
  const hooks = registryOf([firstGeneration[0]?.replace('= HOST', '= IMAGE') ?? '']);
  assert.deepEqual(kindsOf(hooks).slice(0, 2), ['delete host_geolocation', 'create host_geolocation']);
});

test("hooks that are not the suite's are left alone", () => {
  const foreign = registryOf(['NAME = site\nTYPE = api\nCALL = one.vm.allocate\nCOMMAND = site.sh\n']);
  assert.ok(!kindsOf([...foreign, ...registryOf([])]).some((kind) => kind.includes('site')));
});

test('no part with hooks is installed: those of the first generation stay', () => {
  assert.deepEqual(planHooks([], registryOf(firstGeneration)), []);
});

test('a hook made again is what it was, whatever its values hold', () => {
  for (const text of [...templates, ...firstGeneration]) {
    const [before] = registryOf([text]);
    assert.ok(before !== undefined);
    const attributes = new Map(before.attributes).set('ARGUMENTS', '$TEMPLATE "a" <b> & \\');
    const [after] = registryOf([formatHookAgain(before.name, attributes)]);
    assert.deepEqual(
      { ...after, attributes: new Map([...(after?.attributes ?? [])].sort()) },
      {
        ...before,
        attributes: new Map([...attributes].sort()),
      },
    );
  }
});
