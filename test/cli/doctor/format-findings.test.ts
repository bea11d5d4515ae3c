import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { cleanText, type Finding } from '../../../cli/doctor/finding.ts';
import {
  countLevels,
  foldFindings,
  formatFindings,
  formatFindingsJson,
} from '../../../cli/doctor/format-findings.ts';

const down = (count: number): readonly Finding[] =>
  Array.from({ length: count }, (_, at) => ({
    check: 'agents',
    level: 'error' as const,
    subject: `kvm${at}`,
    message: 'down',
    next: 'start it',
    group: 'agents down',
  }));

test('lines are aligned, a step that mends several stands once, and the counts end the list', () => {
  const findings: readonly Finding[] = [
    { check: 'one', level: 'ok', message: 'answers' },
    ...down(2),
    { check: 'prometheus', level: 'skipped', message: 'not there', next: 'install it' },
  ];
  assert.equal(
    formatFindings(findings, false),
    `ok       one         answers
error    agents      kvm0: down
error    agents      kvm1: down
                     -> start it
skipped  prometheus  not there
                     -> install it

2 errors, 0 warnings, 1 ok, 1 skipped
`,
  );
});

test('colours stand around the level and nowhere else', () => {
  const text = formatFindings([{ check: 'one', level: 'error', message: 'm' }], true);
  assert.match(text, /^\u001b\[31merror {2,}\u001b\[0m {2}one {2}m\n/);
});

test('of a long list ten are shown, and how many more; one more is shown itself', () => {
  const shown = foldFindings(down(500));
  assert.equal(shown.length, 11);
  assert.equal(shown[10]?.message, 'and 490 more (agents down); --json has all');
  assert.equal(shown[10]?.level, 'error');
  assert.deepEqual(foldFindings(down(11)), down(11));
});

test('JSON has all of them and their counts, whatever is folded', () => {
  const { version, time, counts, findings } = JSON.parse(
    formatFindingsJson(down(500), '1.2.3', new Date('2026-01-02T03:04:05Z')),
  );
  assert.deepEqual(
    [version, time, counts.error, findings.length],
    ['1.2.3', '2026-01-02T03:04:05.000Z', 500, 500],
  );
  assert.deepEqual(findings[3], {
    check: 'agents',
    level: 'error',
    subject: 'kvm3',
    message: 'down',
    next: 'start it',
  });
});

const level = fc.constantFrom('ok', 'warning', 'error', 'skipped') as fc.Arbitrary<Finding['level']>;
const finding = fc.record({ check: fc.constantFrom('a', 'b'), level, message: fc.constant('m') });

test('law: no level is lost by folding, and counts are those of all', () => {
  fc.assert(
    fc.property(fc.array(finding), fc.nat(40), (some, more) => {
      const all = [...some, ...down(more)];
      const levelsOf = (list: readonly Finding[]) => new Set(list.map((one) => one.level));
      assert.deepEqual(levelsOf(foldFindings(all)), levelsOf(all));
      const counts = countLevels(all);
      assert.equal(counts.ok + counts.warning + counts.error + counts.skipped, all.length);
    }),
  );
});

test('law: text from outside is one line without what steers a terminal, and bounded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 900 }), (text) => {
      const clean = cleanText(text);
      assert.doesNotMatch(clean, /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
      assert.ok(clean.length <= 403);
      assert.equal(cleanText(clean.slice(0, 400)), clean.slice(0, 400).trim());
    }),
  );
  assert.equal(cleanText('a\u001b[31m\r\nb\u202e'), 'a [31m b');
});
