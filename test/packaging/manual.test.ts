/** The manual page: roff must take nothing of a text for its own. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { describeCommands } from '../../packaging/command-table.ts';
import { escapeRoff, formatManual } from '../../packaging/manual.ts';
import { repositoryPath } from '../support/expected.ts';
import { sampleCommands } from '../support/sample-commands.ts';

const template = readFileSync(repositoryPath('packaging/oneext.1'), 'utf8');
const page = async (): Promise<readonly string[]> =>
  formatManual(template, await describeCommands(sampleCommands), {
    version: '1.2.3',
    date: '2026-01-02',
  }).split('\n');

/** From one line to the next empty request or heading. */
const after = (lines: readonly string[], start: string, count: number): readonly string[] => {
  const at = lines.indexOf(start);
  assert.notEqual(at, -1, `no line ${start}`);
  return lines.slice(at + 1, at + 1 + count);
};

test('date and version stand in its head', async () => {
  assert.equal(
    (await page())[0],
    '.TH ONEEXT 1 "2026-01-02" "opennebula-extensions 1.2.3" "OpenNebula extensions"',
  );
});

test('a verb: synopsis, summary, details, options', async () => {
  assert.deepEqual(after(await page(), '.SS "oneext group open [OPTION...] [FILE...]"', 11), [
    'Do open: it\\(aqs "odd" [really].',
    '.PP',
    '\\&.An odd line that begins with a point, a back\\eslash, \\-\\-long\\-option and',
    'more of it.',
    '.PP',
    '.EX',
    '  $ indented',
    '  .as it is',
    '.EE',
    '.TP',
    '\\fB\\-\\-a.file\\fR \\fIFILE\\fR',
  ]);
});

test('every line is a request that we know or begins with none', async () => {
  const requests = /^\.(TH|SH|SS|TP|PP|EX|EE|B|I|BR|RB|RI)( |$)/;
  for (const line of await page()) assert.ok(!/^[.']/.test(line) || requests.test(line), line);
});

test('what is escaped can be pasted', () => {
  assert.equal(escapeRoff("~/a-b\\ 'c' ^d `e`"), '\\(ti/a\\-b\\e \\(aqc\\(aq \\(had \\(gae\\(ga');
});
