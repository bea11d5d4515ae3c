/** CHANGELOG.md for Debian and rpm. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { formatDebianChangelog, formatRpmChangelog, parseChangelog } from '../../packaging/changelog.ts';

const text = `# Changelog

## 0.2.0 (unreleased)

- [FEATURE] cli: a line that is so long that it does not fit into eighty columns, at 100%.

## 0.1.0 (2026-02-03)

- [CHANGE] lib: first.
- [BUGFIX] lib: second.
`;
const releases = parseChangelog(text, Date.UTC(2026, 2, 1, 12) / 1000);

test('for Debian', () => {
  assert.equal(
    formatDebianChangelog('opennebula-extensions', releases, 'N <a@b.c>'),
    `opennebula-extensions (0.2.0) unstable; urgency=medium

  * [FEATURE] cli: a line that is so long that it does not fit into eighty
    columns, at 100%.

 -- N <a@b.c>  Sun, 01 Mar 2026 12:00:00 +0000

opennebula-extensions (0.1.0) unstable; urgency=medium

  * [CHANGE] lib: first.
  * [BUGFIX] lib: second.

 -- N <a@b.c>  Tue, 03 Feb 2026 00:00:00 +0000
`,
  );
});

test('for rpm', () => {
  assert.equal(
    formatRpmChangelog(releases, 'N <a@b.c>'),
    `* Sun Mar 01 2026 N <a@b.c> - 0.2.0-1
- [FEATURE] cli: a line that is so long that it does not fit into eighty
  columns, at 100%%.

* Tue Feb 03 2026 N <a@b.c> - 0.1.0-1
- [CHANGE] lib: first.
- [BUGFIX] lib: second.
`,
  );
});

test('a head that says no version and date fails', () => {
  assert.throws(() => parseChangelog('## next\n', 0), /"next"/);
  assert.throws(() => parseChangelog('## 1.0.0 (soon)\n', 0), /soon/);
});
