import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { formatHookChange } from '../../front-end-installer/format-plan.ts';
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

/** As version 0.1.0 named them: the program first. */
const former = templates.map((text) => text.replace(/^(NAME *= )(\w+)_(vm_scrape_target)$/m, '$1$3_$2'));
const eventHooks = wanted.filter(({ name }) => name.endsWith('_vm_scrape_target'));

test('D12-hook-names: what onehook list shows of the names, 18 characters, tells them apart', () => {
  assert.equal(new Set(wanted.map(({ name }) => name.slice(0, 18))).size, wanted.length);
});

test('D12-hook-names: hooks with their former names are renamed, and differ in nothing else', () => {
  assert.deepEqual(
    planHooks(wanted, registryOf(former)).map(formatHookChange),
    eventHooks.map(({ name }) => {
      const event = name.replace('_vm_scrape_target', '');
      return `rename the hook vm_scrape_target_${event} to ${name}`;
    }),
  );
});

test('D12-hook-names: a former name that differs is renamed and updated; beside the new name it goes', () => {
  const changed = former.map((text) => text.replace('TIMEOUT         = 60', 'TIMEOUT = 5'));
  const kinds = planHooks(wanted, registryOf(changed)).map(({ kind }) => kind);
  const each = eventHooks.flatMap(() => ['rename-hook', 'update-hook']);
  assert.deepEqual(kinds, ['update-hook', ...each]);
  const both = [...templates, ...former.filter((text) => text.includes('= vm_scrape_target_'))];
  const twice = planHooks(wanted, registryOf(both)).map(({ kind }) => kind);
  assert.deepEqual(
    twice,
    eventHooks.map(() => 'delete-hook'),
  );
});

test("D12-hook-names: somebody else's hook of a former name is left alone", () => {
  const site = former.map((text) => text.replace(/^(COMMAND *= ).*$/m, '$1/site/own.sh'));
  const kinds = kindsOf(registryOf(site.filter((text) => text.includes('= vm_scrape_target_'))));
  assert.deepEqual(
    kinds,
    wanted.map(({ name }) => `create ${name}`),
  );
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
