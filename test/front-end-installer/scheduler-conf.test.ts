import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { editSchedulerConf, revertSchedulerConf } from '../../front-end-installer/scheduler-conf.ts';
import { parseTemplate } from '../../lib/one/oned-template.ts';
import type { EditResult } from '../../lib/text/text-edit.ts';

const textOf = (edit: EditResult): string => (edit.kind === 'edited' ? edit.text : assert.fail(edit.detail));
const rankOf = (text: string): readonly (string | undefined)[] =>
  parseTemplate(text)
    .attributes.filter(({ name }) => name === 'DEFAULT_SCHED')
    .flatMap(({ vector }) => [vector?.get('POLICY')?.text, vector?.get('RANK')?.text]);

const tail = 'LOG = [\n  SYSTEM = "file",\n  DEBUG_LEVEL = 3\n]\n';
const cases: Readonly<Record<string, string>> = {
  'as in 7.4': `MAX_HOST = 1\n\nDEFAULT_SCHED = [\n   POLICY = 1\n]\n\n#DEFAULT_SCHED = [\n#   POLICY = 3\n#]\n${tail}`,
  'as in 6.10': `SCHED_INTERVAL = 30\nDEFAULT_SCHED = [\n    policy = 1\n]\nDEFAULT_DS_SCHED = [\n   policy = 1\n]\n${tail}`,
  'a rank of the operator': `DEFAULT_SCHED = [ POLICY = 3,\n RANK = "- (RUNNING_VMS * 50  + FREE_CPU)" ] # ours\n${tail}`,
  'none at all': `MAX_HOST = 1\n${tail}`,
  'none, and no line end': 'MAX_HOST = 1',
  'an empty file': '',
  'bytes that are no text': `# \xe4\xff\nDEFAULT_SCHED = [ POLICY = 0 ]\n${tail}`,
  'in small letters': `default_sched=[policy=2]\n${tail}`,
};

for (const [name, text] of Object.entries(cases)) {
  test(`${name}: hosts are ranked by POWER_RANK, and byte for byte as before when it is taken back`, () => {
    const edited = textOf(editSchedulerConf(text));
    assert.deepEqual(rankOf(edited), ['3', 'POWER_RANK']);
    assert.equal(textOf(editSchedulerConf(edited)), edited, 'twice is once');
    assert.equal(textOf(revertSchedulerConf(edited)), text);
    assert.equal(textOf(revertSchedulerConf(text)), text, 'where there is nothing of ours');
  });
}

test('what cannot be edited safely is refused, with the line', () => {
  const detailOf = (text: string): string => {
    const result = editSchedulerConf(text);
    return result.kind === 'refused' ? result.detail : assert.fail(result.text);
  };
  assert.match(
    detailOf('A = 1\nDEFAULT_SCHED = [ POLICY = 1 ]\nDEFAULT_SCHED = [ POLICY = 0 ]\n'),
    /^line 3: .*second time/,
  );
  assert.match(detailOf('DEFAULT_SCHED = [ POLICY = 1 ] MAX_HOST = 1\n'), /^line 1: .*shares a line/);
  assert.match(
    detailOf('MAX_HOST = 1\nDEFAULT_SCHED = [ POLICY = 1 ]'),
    /^line 2: no line break follows DEFAULT_SCHED; add one at the end of the file$/,
  );
  assert.match(detailOf('A = 1 DEFAULT_SCHED = [ POLICY = 1 ]'), /^line 1: .*shares a line/);
  assert.match(detailOf('DEFAULT_SCHED = [ POLICY = \n'), /^OpenNebula does not read it, line/);
});

test('a line that somebody has changed since stays, and so does what is there already', () => {
  const edited = textOf(editSchedulerConf(cases['as in 7.4'] ?? '')).replace(
    'POWER_RANK"',
    'POWER_RANK * 2"',
  );
  const back = revertSchedulerConf(edited);
  assert.equal(textOf(back), edited);
  assert.deepEqual(back.kind === 'edited' && back.changes, [
    'DEFAULT_SCHED stays: somebody has changed it since',
  ]);
  const own = 'DEFAULT_SCHED = [ RANK = "POWER_RANK", POLICY = 3 ]\n';
  assert.equal(textOf(editSchedulerConf(own)), own);
  assert.equal(textOf(revertSchedulerConf(own)), own);
});

test('law: whatever else stands in the file stays as it is', () => {
  const line = fc.constantFrom(
    'A = 1',
    '# x',
    '',
    '  ',
    'DEFAULT_SCHED = [ POLICY = 1 ]',
    'B = [ C = "d" ]',
    '#oneext: A = 1',
    'DEFAULT_SCHED = [\n POLICY = 2,\n RANK = "A" ]',
    'C = "1" # y',
    '\r',
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.constantFrom('', '\n'), (lines, end) => {
      const text = lines.join('\n') + end;
      const edit = editSchedulerConf(text);
      if (edit.kind === 'refused') return;
      assert.deepEqual(rankOf(edit.text), ['3', 'POWER_RANK']);
      assert.equal(textOf(revertSchedulerConf(edit.text)), text);
      assert.equal(textOf(editSchedulerConf(edit.text)), edit.text);
    }),
  );
});
