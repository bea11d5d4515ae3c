/** Licenses of others in Debian's copyright file. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { formatThirdParties } from '../../packaging/third-parties.ts';
import { repositoryPath } from '../support/expected.ts';

const separator = `\n${'-'.repeat(80)}\n\n`;
const apache = 'a 1.0.0 (Apache-2.0)\n\n2. Grant of\n  copyright license\n\n   Copyright [yyyy] [name]\n';
const mit = '@b/c 2.0.0 (MIT)\n\nCopyright (c) 2020 by N\n\nPermission\n is granted\n';

test('a paragraph each, with its text unless Debian has that', () => {
  assert.equal(
    formatThirdParties([apache, mit].join(separator)),
    `Files: node_modules/a/*
Copyright: the authors of a
License: Apache-2.0

Files: node_modules/@b/c/*
Copyright: 2020 by N
License: MIT
 Copyright (c) 2020 by N
 .
 Permission
  is granted
`,
  );
});

test('all that dist names are there', () => {
  const licenses = readFileSync(repositoryPath('dist/THIRD-PARTY-LICENSES'), 'utf8');
  const names = formatThirdParties(licenses).match(/^Files: node_modules\/(.+)\/\*$/gm) ?? [];
  assert.equal(names.length, licenses.split(separator).length);
  assert.throws(() => formatThirdParties('no head\n\ntext'), /no name and license/);
});
