/** Reading a page of 2,600 processes, against a package that parses all of it, and against grep. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { createAgentPageReader } from '../collectors/agents/agent-page.ts';
import { powerAgents } from '../collectors/agents/agents.ts';
import { powerOptions } from '../collectors/agents/power-options.ts';
import { resolveOptions } from '../lib/config/resolve.ts';
import { hostsAt, vmsAt } from '../simulator/cloud.ts';
import { formatScaphandrePage } from '../simulator/scaphandre-page.ts';
import { piecesOf, stillCloud } from './documents.ts';
import type { Lab } from './lab.ts';
import {
  atLeastTimesFaster,
  atMost,
  type Bench,
  formatMegabytes,
  formatMs,
  measureInTurn,
} from './measure.ts';

const processesOnPage = 2600;

const makePage = (): Buffer => {
  const settings = stillCloud(1, 44);
  const host = hostsAt(settings, 0)[0];
  if (host === undefined) throw new Error('the cloud has no host');
  return Buffer.from(formatScaphandrePage(host, vmsAt(settings, 0), processesOnPage));
};

/** A refresh reads the pages of all hosts one after another. */
const pagesInARow = 20;

const defaultSettings = resolveOptions(powerOptions, []).values;

const readPage = (pieces: readonly Buffer[]): number => {
  const reader = createAgentPageReader(powerAgents, defaultSettings);
  for (const piece of pieces) reader.push(piece);
  const { verdict } = reader.finish(undefined, 0);
  if (!verdict.sound) throw new Error(`the page is not sound: ${verdict.detail}`);
  return verdict.reading.domains?.length ?? 0;
};

export const createAgentPage = (lab: Lab): Bench => ({
  name: 'agent-page',
  method: `Ours: in this process, from memory, in pieces of 64 KiB, twenty pages in a row (a
refresh reads one for each host). parse-prometheus-text-format: in this process, from
memory, the whole text. \`grep -c nameguest FILE\`: a process, its start included (told apart: the same
of a file of one line). Eleven rounds.`,
  async run() {
    const page = makePage();
    const pieces = piecesOf(page);
    await mkdir(lab.folder, { recursive: true });
    const file = path.join(lab.folder, 'agent-page');
    const shortFile = path.join(lab.folder, 'agent-line');
    await writeFile(file, page);
    await writeFile(shortFile, 'nameguest\n');
    const {
      ours: oursInARow,
      parser,
      grep,
      grepStart,
    } = await measureInTurn(11, {
      ours: () => {
        for (let turn = 0; turn < pagesInARow; turn += 1) readPage(pieces);
      },
      parser: () => parsePrometheusTextFormat(page.toString()),
      grep: () => lab.processes.runToEnd(['grep', '-c', 'nameguest', file]),
      grepStart: () => lab.processes.runToEnd(['grep', '-c', 'nameguest', shortFile]),
    });
    const ours = oursInARow / pagesInARow;
    const what = `a page of ${formatMegabytes(page.length)}, ${processesOnPage} processes, ${readPage(pieces)} VMs`;
    return [
      {
        what,
        ours: formatMs(ours),
        comparedWith: `parse-prometheus-text-format: ${formatMs(parser)}`,
        ratio: ours / parser,
        target: atLeastTimesFaster(50, ours / parser),
      },
      {
        what,
        ours: formatMs(ours),
        comparedWith: `grep -c nameguest: ${formatMs(grep)}, of that its start ${formatMs(grepStart)}`,
        ratio: ours / grep,
        target: atMost(5, ours / grep),
      },
    ];
  },
});
