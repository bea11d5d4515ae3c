/**
 * What each agent's reader makes of a page: a case is a folder in testcases with `input.prom` and `expected.json`;
 * `flags` has those of the exporter, one a line. Of pages that come one after another (`input-1.prom`,
 * `input-2.prom`), `times` says when each was read, in seconds, one a line.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { type PowerSettings, powerOptions } from '../../../collectors/agents/power-options.ts';
import { readFlags } from '../../../lib/config/read-flags.ts';
import { resolveOptions } from '../../../lib/config/resolve.ts';
import { readAgentPages, shownVerdict } from '../../support/agent-pages.ts';
import { assertExpectedFile, repositoryPath } from '../../support/expected.ts';

const readLines = (file: string): readonly string[] =>
  existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];

const settingsOf = (folder: string): PowerSettings =>
  resolveOptions(powerOptions, [readFlags(powerOptions, readLines(path.join(folder, 'flags'))).given]).values;

const cases = repositoryPath('test/collectors/agents/testcases');
for (const name of readdirSync(cases)) {
  test(`case ${name}`, () => {
    const folder = path.join(cases, name);
    const inputs = readdirSync(folder).filter((file) => file.endsWith('.prom'));
    const pages = inputs.sort().map((file) => readFileSync(path.join(folder, file)));
    const times = readLines(path.join(folder, 'times')).map(Number);
    for (const pieceSize of [1, 5, 4096]) {
      const read = readAgentPages(pages, { pieceSize, settings: settingsOf(folder), times });
      const verdicts = read.map(({ verdict }) => `${JSON.stringify(shownVerdict(verdict))}\n`);
      assertExpectedFile(path.join(folder, 'expected.json'), verdicts.join(''));
    }
  });
}
