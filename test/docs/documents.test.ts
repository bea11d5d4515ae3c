/** What documents point to exists; what SECURITY.md and docs/security.md promise of names and rights stands in the code. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { readCommands } from '../../scripts/read-commands.ts';
import { programTables } from '../../scripts/suite-tables.ts';

const read = (file: string): string => readFileSync(file, 'utf8');

const sourceFolders = readdirSync('.', { withFileTypes: true })
  .filter(
    (entry) =>
      entry.isDirectory() && !['.git', '.cache', 'build', 'dist', 'node_modules'].includes(entry.name),
  )
  .map(({ name }) => name);

const filesIn = (folders: readonly string[], ending: string): readonly string[] =>
  folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
      .map((name) => path.join(folder, name)),
  );

const documents = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...filesIn(sourceFolders, '.md').filter((file) => !file.startsWith('test/')),
];

/** As GitHub names the heading of a document. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Links to files of the repository that are not there, or to headings that they do not have. */
const brokenLinks = (file: string, text: string): readonly string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [name = '', anchor] = target.split('#');
      const found = name === '' ? file : path.join(path.dirname(file), name);
      if (!existsSync(found)) return true;
      return anchor !== undefined && !anchorsOf(name === '' ? text : read(found)).includes(anchor);
    });

test('every link of a document to a file, and to a heading of it, leads somewhere', () => {
  const broken = documents.flatMap((file) => brokenLinks(file, read(file)).map((link) => `${file}: ${link}`));
  assert.deepEqual(broken, []);
  assert.ok(documents.length > 40, 'the documents are found');
});

test('a link to no file, and one to no heading, are found', () => {
  const text =
    '# One\n[a](no.md) [b](#one) [c](#two) [d](README.md#no-such-heading) [e](https://x.example/y.md)\n';
  assert.deepEqual(brokenLinks('SECURITY.md', text), ['no.md', '#two', 'README.md#no-such-heading']);
});

const securityDocuments = ['SECURITY.md', 'docs/security.md'] as const;
const commands = await readCommands();
const lines = commands.flatMap((command) => command.lines);
const optionNames = new Set([
  ...[...Object.values(programTables), ...lines.map(({ table }) => table)].flatMap((table) =>
    Object.keys(table),
  ),
  ...[...read('host-installer/lib/options.sh').matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name = '']) => name),
]);

/** Options and commands of the suite that a text names and that do not exist. */
const unknownNames = (text: string): readonly string[] => {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, words = '']) => words);
  const flags = quoted.flatMap((words) =>
    [...words.matchAll(/--([a-z][a-z.-]*)/g)].map(([, name = '']) => name),
  );
  const options = quoted.flatMap(
    (words) => /^([a-z]+\.[a-z._-]+)(?:$|: )/.exec(words)?.[1]?.replaceAll('_', '-') ?? [],
  );
  const verbs = quoted.flatMap((words) => /^oneext ([a-z]+(?: [a-z]+)?)/.exec(words)?.[1] ?? []);
  const known = new Set([...lines.map(({ words }) => words.join(' ')), ...commands.map(({ name }) => name)]);
  return [
    ...[...flags, ...options].filter((name) => !optionNames.has(name) && !existsSync(name)),
    ...verbs.filter((words) => !known.has(words)),
  ];
};

for (const file of securityDocuments) {
  test(`${file} names options and commands that exist`, () => {
    const ofOthers = ['version', 'host.sh', 'update-ca-certificates'];
    assert.deepEqual(
      unknownNames(read(file)).filter((name) => !ofOthers.includes(name)),
      [],
    );
  });
}

test('an option and a command that do not exist are found', () => {
  const text =
    '`--web.config.file` `--web.confg.file=x` `hosts.ssh-usr` `oneext energy report` `oneext token forget`';
  assert.deepEqual(unknownNames(text), ['web.confg.file', 'hosts.ssh-usr', 'token forget']);
});

test("the exporter's unit has the rights that docs/security.md promises, and no more", () => {
  const unit = read('collectors/systemd/opennebula-extensions.conf');
  const settingOf = (key: string): string | undefined => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1];
  assert.deepEqual(
    [
      'User',
      'NoNewPrivileges',
      'CapabilityBoundingSet',
      'AmbientCapabilities',
      'ProtectSystem',
      'ReadWritePaths',
    ].map(settingOf),
    ['oneadmin', 'yes', '', '', 'strict', undefined],
  );
  const sentence = /^- \*\*The unit\*\*.*$/m.exec(read('docs/security.md'))?.[0] ?? '';
  const folders = [...sentence.matchAll(/\/var\/lib\/([\w/-]+)/g)].map(([, folder]) => folder);
  assert.equal(settingOf('StateDirectory'), folders.join(' '));
});

test('nothing starts a program by a shell', () => {
  const folders = sourceFolders.filter((name) => !['bench', 'scripts', 'simulator', 'test'].includes(name));
  const files = filesIn(folders, '.ts');
  const byShell = files.filter((file) =>
    /\bshell: (?!false)|\{[^}]*\bexec(?:Sync)?\b[^}]*\} (?:from|= await import\()\s*'node:child_process'/.test(
      read(file),
    ),
  );
  assert.deepEqual(byShell, []);
  assert.ok(files.length > 200, 'the sources are found');
});
