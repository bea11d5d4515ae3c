/** Where files of the suite go. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  debianLayout,
  frontEndPrograms,
  planTree,
  rpmLayout,
  systemFiles,
  tarballLayout,
} from '../../packaging/front-end-package.ts';
import { foldersOf, formatSpecFiles } from '../../packaging/tree.ts';

const large = { isExecutable: false, size: 100_000, sha256: 'aa' };
const input = {
  built: [
    { path: 'auth/library', ...large },
    { path: 'library', ...large },
    { path: 'oneext', ...large, isExecutable: true },
    { path: 'small', ...large, size: 10 },
  ],
  documents: ['README.md', 'docs/install.md'],
  manual: 'page',
  completions: { bash: 'b', zsh: 'z', fish: 'f' },
  copyrightFor: () => 'c',
  node: { binary: 'scratch/node', license: 'node/LICENSE' },
};

test('the programs mirror dist, and a large file that is there twice has two names', () => {
  const files = planTree(debianLayout, input).slice(0, 4);
  const folder = 'usr/lib/one/opennebula-extensions';
  assert.deepEqual(files, [
    { path: `${folder}/auth/library`, mode: 0o644, content: { copyOf: 'dist/auth/library' } },
    { path: `${folder}/library`, mode: 0o644, content: { sameAs: `${folder}/auth/library` } },
    { path: `${folder}/oneext`, mode: 0o755, content: { copyOf: 'dist/oneext' } },
    { path: `${folder}/small`, mode: 0o644, content: { copyOf: 'dist/small' } },
  ]);
});

test('each system finds the completions, and all of a tarball is in one folder', () => {
  const zsh = (layout: typeof rpmLayout): readonly string[] =>
    planTree(layout, input).flatMap(({ path }) => (path.endsWith('/_oneext') ? path : []));
  assert.deepEqual(zsh(debianLayout), ['usr/share/zsh/vendor-completions/_oneext']);
  assert.deepEqual(zsh(rpmLayout), ['usr/share/zsh/site-functions/_oneext']);
  for (const { path } of planTree(tarballLayout('top'), input)) assert.match(path, /^top\//);
});

test('what is a document and of the programs is there once: the documents have links', () => {
  const twice = ['guest/run.sh', 'guest/kubernetes/a/one.yaml', 'guest/kubernetes/b/two.yaml'];
  const documents = [...input.documents, ...twice, 'guest/README.md'];
  const built = [...input.built, ...twice.map((path) => ({ path, ...large, size: 10 }))];
  for (const [layout, up] of [
    [debianLayout, '../../../../lib/one/opennebula-extensions/guest'],
    [tarballLayout('top'), '../../../../guest'],
  ] as const) {
    const files = planTree(layout, { ...input, documents, built });
    const doc = `${layout.share}/doc/opennebula-extensions/guest`;
    assert.deepEqual(
      files.filter(({ path }) => path.startsWith(`${doc}/`)).map(({ path, content }) => [path, content]),
      [
        [`${doc}/README.md`, { copyOf: 'guest/README.md' }],
        [`${doc}/run.sh`, { linkTo: `${up}/run.sh` }],
        [`${doc}/kubernetes`, { linkTo: `${up}/kubernetes` }],
      ],
    );
  }
});

test('folders above files', () => {
  assert.deepEqual(foldersOf(['a/b/c', 'a/d', 'e']), ['a', 'a/b']);
});

test('of folders an rpm owns only ours', () => {
  const lines = formatSpecFiles(
    [...planTree(rpmLayout, input), ...systemFiles],
    [frontEndPrograms, 'usr/share/doc/opennebula-extensions'],
  ).split('\n');
  assert.deepEqual(
    lines.filter((line) => line.startsWith('%dir')),
    [
      '%dir "/usr/lib/one/opennebula-extensions"',
      '%dir "/usr/lib/one/opennebula-extensions/auth"',
      '%dir "/usr/lib/one/opennebula-extensions/node"',
      '%dir "/usr/lib/one/opennebula-extensions/node/bin"',
      '%dir "/usr/share/doc/opennebula-extensions"',
      '%dir "/usr/share/doc/opennebula-extensions/docs"',
    ],
  );
  assert.ok(lines.includes('%config(noreplace) "/etc/one/oneext.yaml.sample"'));
  assert.ok(lines.includes('%doc "/usr/share/doc/opennebula-extensions/README.md"'));
  assert.ok(lines.includes('"/usr/bin/oneext"'));
});
