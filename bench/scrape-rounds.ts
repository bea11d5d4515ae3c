/** Rounds of scrapes at one scale, which several benches share: fresh, from the snapshot, bare download. */
import type { Cloud } from './cloud.ts';
import { medianOf, timeMs } from './measure.ts';

export interface ScrapeRounds {
  /** Medians, but for the first scrape of all. */
  readonly coldMs: number;
  readonly freshMs: number;
  readonly snapshotMs: number;
  readonly bareMs: number;
  readonly bareBytes: number;
  /** Of the agents' pages alone. */
  readonly pagesBytes: number;
  /** The highest seen after a fresh scrape. */
  readonly rssBytes: number;
  readonly rounds: number;
  /** The page after the first scrape and after the last. */
  readonly firstPage: string;
  readonly lastPage: string;
}

const rounds = 6;

/** The sum of a counter's series, of those whose labels hold `label`. */
export const sumOfCounter = (page: string, name: string, label = ''): number => {
  let sum = 0;
  for (const line of page.split('\n')) {
    if (line.startsWith(`${name}{`) && line.includes(label)) sum += Number(line.split(' ').at(-1));
  }
  return sum;
};

export const measureScrapes = async (cloud: Cloud): Promise<ScrapeRounds> => {
  const coldMs = await timeMs(cloud.scrape);
  const firstPage = await cloud.readPage();
  const [fresh, snapshot, bare, rss]: [number[], number[], number[], number[]] = [[], [], [], []];
  const bareBytes = await cloud.downloadBare();
  const pagesBytes = await cloud.downloadPages();
  for (let round = 0; round < rounds; round += 1) {
    await cloud.untilStale();
    fresh.push(await timeMs(cloud.scrape));
    rss.push(await cloud.exporterRssBytes());
    snapshot.push(await timeMs(cloud.readPage));
    bare.push(await timeMs(cloud.downloadBare));
  }
  const lastPage = await cloud.readPage();
  const calls = (page: string): number =>
    sumOfCounter(page, 'opennebula_exporter_one_calls_total', 'method="one.hostpool.info"');
  if (calls(lastPage) - calls(firstPage) !== rounds) {
    throw new Error(`${calls(lastPage) - calls(firstPage)} of ${rounds} scrapes were fresh`);
  }
  return {
    coldMs,
    freshMs: medianOf(fresh),
    snapshotMs: medianOf(snapshot),
    bareMs: medianOf(bare),
    bareBytes,
    pagesBytes,
    rssBytes: Math.max(...rss),
    rounds,
    firstPage,
    lastPage,
  };
};
