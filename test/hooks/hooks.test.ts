/** The table of hooks, the templates that register them and the programs that they start agree. */
import assert from 'node:assert/strict';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { suiteHookOf } from '../../front-end-installer/hooks.ts';
import { isPart } from '../../front-end-installer/parts.ts';
import { suiteHooks } from '../../hooks/hooks.ts';
import { parseHookTemplate } from '../../lib/one/hook.ts';
import { repositoryPath } from '../support/expected.ts';

const folder = repositoryPath('hooks/templates');
const templates = readdirSync(folder).map((file) => ({
  file,
  ...parseHookTemplate(readFileSync(`${folder}/${file}`, 'utf8')),
}));

test('each template belongs to one hook of the table, by its file, its name and its command', () => {
  for (const { file, name, attributes } of templates) {
    const known = suiteHookOf(suiteHooks, attributes.get('COMMAND') ?? '');
    assert.ok(known !== undefined, `${file}: its COMMAND is that of no hook in hooks/hooks.ts`);
    assert.equal(file.replace(/(?:-\w+)?\.hook$/, ''), known.hook);
    // The event first: onehook list cuts long names.
    const [hook, event] = file.replace('.hook', '').split('-');
    assert.equal(name, event === undefined ? hook : `${event}_${hook}`);
  }
});

test('each hook of the table has a template, a program in the package and a part of the suite', () => {
  assert.equal(new Set(suiteHooks.map(({ hook }) => hook)).size, suiteHooks.length);
  for (const { hook, part, command } of suiteHooks) {
    assert.ok(templates.some(({ file }) => file.startsWith(hook)));
    assert.equal(command, `hooks/${hook}`);
    accessSync(repositoryPath(`dist/${command}`), constants.X_OK);
    assert.ok(isPart(part));
  }
});

test('a command is known wherever the suite is, and by its whole name', () => {
  const partOf = (command: string): string | undefined => suiteHookOf(suiteHooks, command)?.part;
  assert.equal(partOf('/opt/one/lib/hooks/vm_scrape_target'), 'prometheus');
  assert.equal(partOf('/usr/lib/one/opennebula-extensions/hooks/host_geolocation'), 'geolocation');
  assert.equal(partOf('/usr/lib/one/hooks/my_vm_scrape_target'), undefined);
  assert.equal(partOf('/usr/lib/one/hooks/vm_scrape_target2'), undefined);
  assert.equal(partOf(''), undefined);
});
