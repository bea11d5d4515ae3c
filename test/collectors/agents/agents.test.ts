/**
 * What each agent's reader makes of a page: a case is a folder in testcases with `input.prom` and `expected.json`;
 * `flags` has those of the exporter, one a line.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import type { PowerVerdict } from '../../../collectors/agents/agent.ts';
import { createAgentPageReader } from '../../../collectors/agents/agent-page.ts';
import { powerAgents } from '../../../collectors/agents/agents.ts';
import { type PowerSettings, powerOptions } from '../../../collectors/agents/power-options.ts';
import { readFlags } from '../../../lib/config/read-flags.ts';
import { resolveOptions } from '../../../lib/config/resolve.ts';
import { assertExpectedFile, repositoryPath } from '../../support/expected.ts';
import { inPieces } from '../../support/recordings.ts';

const settingsOf = (folder: string): PowerSettings => {
  const file = path.join(folder, 'flags');
  const flags = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  return resolveOptions(powerOptions, [readFlags(powerOptions, flags).given]).values;
};

const readPage = (page: Buffer, settings: PowerSettings, pieceSize: number): PowerVerdict => {
  const reader = createAgentPageReader(powerAgents, settings);
  inPieces(page, pieceSize, reader.push);
  return reader.finish().verdict;
};

const shown = (verdict: PowerVerdict): unknown => {
  if (!verdict.sound) return { sound: false, version: verdict.version, reason: verdict.reason };
  const { hostPower, vmPower, absurdVms } = verdict.reading;
  return {
    sound: true,
    version: verdict.version,
    ...(hostPower === undefined ? {} : { hostPower }),
    vmPower: Object.fromEntries(vmPower ?? []),
    ...(absurdVms.size === 0 ? {} : { absurdVms: [...absurdVms] }),
  };
};

const cases = repositoryPath('test/collectors/agents/testcases');
for (const name of readdirSync(cases)) {
  test(`case ${name}`, () => {
    const folder = path.join(cases, name);
    const [page, settings] = [readFileSync(path.join(folder, 'input.prom')), settingsOf(folder)];
    for (const size of [1, 5, 4096]) {
      const verdict = JSON.stringify(shown(readPage(page, settings, size)));
      assertExpectedFile(path.join(folder, 'expected.json'), `${verdict}\n`);
    }
  });
}
