/** A fresh scrape, by curl, against a bare download of the same documents, by curl. */
import type { Lab } from './lab.ts';
import { atMost, type Bench, type Finding, formatMegabytes, formatMs } from './measure.ts';
import type { ScrapeRounds } from './scrape-rounds.ts';

const mostRssBytes = 250e6;

const findingsOf = (
  scale: string,
  { freshMs, bareMs, bareBytes, coldMs }: ScrapeRounds,
): readonly Finding[] => [
  {
    what: `fresh scrape, ${scale}`,
    ours: formatMs(freshMs),
    comparedWith: `bare download of ${formatMegabytes(bareBytes)} by curl: ${formatMs(bareMs)}`,
    ratio: freshMs / bareMs,
    target: atMost(6, freshMs / bareMs),
  },
  {
    what: `first scrape after the start, ${scale}`,
    ours: formatMs(coldMs),
    comparedWith: `bare download by curl: ${formatMs(bareMs)}`,
    ratio: coldMs / bareMs,
  },
];

export const createFreshScrape = (lab: Lab): Bench => ({
  name: 'fresh-scrape',
  method: `A scrape that reads everything anew, against one curl that downloads the same documents to /dev/null
(five pools of the front-end, every agent's page, one after another). Both by curl, its start included; six
rounds. The first scrape asks for the extended form of every VM and is told apart.`,
  async run() {
    const small = await lab.smallScrapes();
    const large = await lab.largeScrapes();
    return [
      ...findingsOf('1,000 VMs on 50 hosts', small),
      ...findingsOf('10,000 VMs on 500 hosts', large),
      {
        what: `memory (highest VmRSS after ${large.rounds} fresh scrapes), 10,000 VMs`,
        ours: formatMegabytes(large.rssBytes),
        comparedWith: '',
        target: { text: 'under 250 MB', met: large.rssBytes < mostRssBytes },
      },
    ];
  },
});
