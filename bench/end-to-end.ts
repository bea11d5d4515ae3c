/** A fresh scrape of our exporter, against the straightforward composition of packages. */
import type { Cloud } from './cloud.ts';
import type { Lab } from './lab.ts';
import { atLeastTimesFaster, type Bench, formatMs, medianOf, timeMs } from './measure.ts';

const rounds = 5;

const powerLines = (page: string): readonly string[] =>
  page
    .split('\n')
    .filter((line) => line.startsWith('opennebula_vm_power_consumption_uW{'))
    .sort();

/** Fails when the two do not tell the same power of the same VMs. */
const comparePower = (ours: string, composed: string): number => {
  const [own, other] = [powerLines(ours), powerLines(composed)];
  const at = own.findIndex((line, index) => line !== other[index]);
  if (own.length === 0 || at >= 0 || own.length !== other.length) {
    throw new Error(`power differs: ${own.length} and ${other.length} VMs; ${own[at]} against ${other[at]}`);
  }
  return own.length;
};

const startComposition = async (lab: Lab, cloud: Cloud): Promise<() => Promise<string>> => {
  const port = await lab.nextPort();
  const argv = [process.execPath, 'build/bench/composition.js', String(port), cloud.endpoint, cloud.agentUrl];
  await lab.processes.startDaemon(argv, 'listening');
  return () =>
    lab.processes.runToEnd(['curl', '-sSf', '--max-time', '120', `http://127.0.0.1:${port}/metrics`]);
};

export const createEndToEnd = (lab: Lab): Bench => ({
  name: 'end-to-end',
  method: `bench/composition.ts is what a few packages give without further thought: xmlrpc, fast-xml-parser,
parse-prometheus-text-format and prom-client in one process, each pool asked once, each agent once. Both are
daemons and warm, both are asked by curl; the power of every VM must be the same. Five rounds.`,
  async run() {
    await lab.smallScrapes(); // the exporter's first scrape is measured there
    const cloud = await lab.smallCloud();
    const readComposition = await startComposition(lab, cloud);
    const composed = await readComposition();
    const vms = comparePower(await cloud.readPage(), composed);
    await cloud.scrape();
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      await cloud.untilStale();
      ours.push(await timeMs(cloud.scrape));
      theirs.push(await timeMs(readComposition));
    }
    const [oursMs, theirsMs] = [medianOf(ours), medianOf(theirs)];
    return [
      {
        what: `1,000 VMs on 50 hosts (power of ${vms} VMs compared)`,
        ours: formatMs(oursMs),
        comparedWith: `composition: ${formatMs(theirsMs)}`,
        ratio: oursMs / theirsMs,
        target: atLeastTimesFaster(8, oursMs / theirsMs),
      },
    ];
  },
});
