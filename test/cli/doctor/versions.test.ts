import assert from 'node:assert/strict';
import test from 'node:test';
import type { Attempt } from '../../../cli/doctor/finding.ts';
import { type CopyState, judgeVersions, type VersionFacts } from '../../../cli/doctor/versions.ts';
import { version } from '../../../lib/version.ts';
import { denied } from '../../support/verdicts.ts';

const versionFacts: VersionFacts = { node: 'v24.0.0', exporter: { answers: true, version }, copies: [] };

test('the Node that runs is named, and the exporter that runs is that of the package', () => {
  const { level, message } = judgeVersions(versionFacts)[1] ?? { level: '', message: '' };
  assert.deepEqual([level, message], ['ok', 'Node v24.0.0']);
  const exporter = (running: string | undefined) =>
    judgeVersions({ ...versionFacts, exporter: { answers: true, version: running } })[2]?.level;
  assert.deepEqual([version, '0.0.1', undefined].map(exporter), ['ok', 'warning', 'skipped']);
});

test('a copy that this user may not read is a warning, and does not hide the others', () => {
  const files = new Map<string, Attempt<CopyState>>([
    ['a', denied],
    ['b', { value: 'missing' as const }],
    ['c', { value: 'same' as const }],
  ]);
  const copies = [{ part: 'auth', place: '/r/auth/biscuit', files }];
  const verdicts = judgeVersions({ ...versionFacts, copies }).slice(3);
  assert.deepEqual(
    verdicts.map(({ level, subject }) => [level, subject]),
    [
      ['warning', '/r/auth/biscuit/a'],
      ['error', '/r/auth/biscuit/b'],
    ],
  );
});
