/** Ten minutes of scrapes while the power agents come and go: memory and descriptors of the exporter stay as they are. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startExporter, startSimulator } from './cloud.ts';
import type { Lab } from './lab.ts';
import { type Bench, type Finding, formatMegabytes, medianOf } from './measure.ts';
import { countDescriptors, readRssBytes } from './process-load.ts';

const minutes = 10;
const scrapesPerMinute = 1000;
/** The first minutes compile code and fill what is kept for a while. */
const warmMinutes = 3;
const mostGrowth = 0.02;

interface Minute {
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly mostDescriptors: number;
}

const gaugeOf = (page: string, name: string): number =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1]);

const scrapeForAMinute = async (url: string, pid: number): Promise<Minute> => {
  const [rss, heap, descriptors]: [number[], number[], number[]] = [[], [], []];
  const beganAt = performance.now();
  for (let scrape = 1; scrape <= scrapesPerMinute; scrape += 1) {
    const answer = await fetch(`${url}/metrics`);
    const page = await answer.text();
    if (!answer.ok || !page.includes('opennebula_up 1'))
      throw new Error(`a scrape got ${page.slice(0, 200)}`);
    rss.push(await readRssBytes(pid));
    heap.push(gaugeOf(page, 'nodejs_heap_size_used_bytes'));
    descriptors.push(await countDescriptors(pid));
    await sleep(Math.max(0, beganAt + (scrape * 60_000) / scrapesPerMinute - performance.now()));
  }
  return {
    rssBytes: medianOf(rss),
    heapBytes: medianOf(heap),
    mostDescriptors: Math.max(...descriptors),
  };
};

const growthFinding = (
  what: string,
  amounts: readonly number[],
  format: (amount: number) => string,
): Finding => {
  const warm = amounts.slice(warmMinutes);
  const middle = Math.ceil(warm.length / 2);
  const [first, last] = [medianOf(warm.slice(0, middle)), medianOf(warm.slice(middle))];
  return {
    what,
    ours: amounts.map(format).join(', '),
    comparedWith: `minutes ${warmMinutes + 1} to ${warmMinutes + middle}: ${format(first)}`,
    ratio: last / first,
    target: { text: `at most ${mostGrowth * 100} % more`, met: last / first <= 1 + mostGrowth },
  };
};

export const createSoak = (lab: Lab): Bench => ({
  name: 'soak',
  isLong: true,
  method: `1,000 VMs that come, go and migrate on 50 hosts, whose opennebula-power-agents each fail for half of the time
in five ways; 10,000 scrapes in ten minutes, with the accounts of energy. Medians of each minute; compared are the two
halves of what comes after the third minute.`,
  async run() {
    const scale = { hosts: 50, vms: 1000, processes: 100, lifetime: 600, agent: 'onepower' } as const;
    const cloud = await startSimulator(lab, scale, ['--flapping']);
    const { daemon, url } = await startExporter(lab, cloud, [
      '--no-collector.server',
      `--energy.directory=${path.join(lab.folder, 'soak-energy')}`,
    ]);
    const all: Minute[] = [];
    for (let minute = 1; minute <= minutes; minute += 1) all.push(await scrapeForAMinute(url, daemon.pid));
    return [
      growthFinding(
        'memory (VmRSS) by minute',
        all.map(({ rssBytes }) => rssBytes),
        formatMegabytes,
      ),
      growthFinding(
        'heap in use by minute',
        all.map(({ heapBytes }) => heapBytes),
        formatMegabytes,
      ),
      growthFinding(
        'most descriptors by minute',
        all.map(({ mostDescriptors }) => mostDescriptors),
        String,
      ),
    ];
  },
});
