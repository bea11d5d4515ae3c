/** Reading a page of 2,600 processes, against a package that parses all of it, and against grep. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { createAgentPageReaders } from '../collectors/agents/agent-page.ts';
import { powerAgents } from '../collectors/agents/agents.ts';
import { powerOptions } from '../collectors/agents/power-options.ts';
import { resolveOptions } from '../lib/config/resolve.ts';
import { hostsAt, vmsAt } from '../simulator/cloud.ts';
import { formatKeplerPage } from '../simulator/kepler-page.ts';
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

const processesOfKepler = 3000;

/** A page of Kepler, and one of Scaphandre that is as long. */
const makeTwins = (): { readonly kepler: Buffer; readonly scaphandre: Buffer } => {
  const settings = stillCloud(1, 44);
  const host = hostsAt(settings, 0)[0];
  if (host === undefined) throw new Error('the cloud has no host');
  const vms = vmsAt(settings, 0);
  const kepler = formatKeplerPage(host, vms, { passed: 0, processes: processesOfKepler });
  const ofScaphandre = (processes: number): Buffer => Buffer.from(formatScaphandrePage(host, vms, processes));
  const few = ofScaphandre(1000).length;
  const perProcess = (ofScaphandre(2000).length - few) / 1000;
  return { kepler, scaphandre: ofScaphandre(1000 + Math.round((kepler.length - few) / perProcess)) };
};

/** A refresh reads the pages of all hosts one after another. */
const pagesInARow = 20;

const defaultSettings = resolveOptions(powerOptions, []).values;

const createReader = createAgentPageReaders(powerAgents, defaultSettings);

const readPage = (pieces: readonly Buffer[]): number => {
  const reader = createReader();
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
    const twins = makeTwins();
    const [kepler, scaphandre] = [piecesOf(twins.kepler), piecesOf(twins.scaphandre)];
    const readInARow = (of: readonly Buffer[]) => (): void => {
      for (let turn = 0; turn < pagesInARow; turn += 1) readPage(of);
    };
    const {
      ours: oursInARow,
      parser,
      grep,
      grepStart,
      kepler: keplerInARow,
      scaphandre: scaphandreInARow,
    } = await measureInTurn(11, {
      ours: readInARow(pieces),
      kepler: readInARow(kepler),
      scaphandre: readInARow(scaphandre),
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
      {
        what: `a page of Kepler with the levels node and process, ${formatMegabytes(twins.kepler.length)}, ${processesOfKepler} processes`,
        ours: formatMs(keplerInARow / pagesInARow),
        comparedWith: `ours, a page of Scaphandre of ${formatMegabytes(twins.scaphandre.length)}: ${formatMs(scaphandreInARow / pagesInARow)}`,
        ratio: keplerInARow / scaphandreInARow,
        target: atMost(1, keplerInARow / scaphandreInARow),
      },
    ];
  },
});
