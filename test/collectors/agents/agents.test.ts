/** What each agent's reader makes of a page: a case is a folder in testcases with `input.prom` and `expected.json`. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import type { PowerVerdict } from '../../../collectors/agents/agent.ts';
import { createAgentPageReader } from '../../../collectors/agents/agent-page.ts';
import { powerAgents } from '../../../collectors/agents/agents.ts';
import { assertExpectedFile, repositoryPath } from '../../support/expected.ts';
import { inPieces } from '../../support/recordings.ts';

const readPage = (page: Buffer, pieceSize: number): PowerVerdict => {
  const reader = createAgentPageReader(powerAgents);
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
    const page = readFileSync(path.join(cases, name, 'input.prom'));
    for (const size of [1, 5, 4096]) {
      const verdict = JSON.stringify(shown(readPage(page, size)));
      assertExpectedFile(path.join(cases, name, 'expected.json'), `${verdict}\n`);
    }
  });
}
