/** A fresh scrape, by curl, against a bare download of the same documents, by curl. */
import type { Lab } from './lab.ts';
import { atMost, type Bench, type Finding, formatMegabytes, formatMs } from './measure.ts';
import type { ScrapeRounds } from './scrape-rounds.ts';

const mostRssBytes = 250e6;
const mostOnepowerBytes = 8e6;

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

const onepowerFindings = (onepower: ScrapeRounds, scaphandre: ScrapeRounds): readonly Finding[] => [
  {
    what: 'pages of all agents where they are opennebula-power-agent, 10,000 VMs on 500 hosts',
    ours: formatMegabytes(onepower.pagesBytes),
    comparedWith: `Scaphandre's pages: ${formatMegabytes(scaphandre.pagesBytes)}`,
    ratio: onepower.pagesBytes / scaphandre.pagesBytes,
    target: { text: 'at most 8 MB', met: onepower.pagesBytes <= mostOnepowerBytes },
  },
  {
    what: 'fresh scrape where all agents are opennebula-power-agent, 10,000 VMs on 500 hosts',
    ours: formatMs(onepower.freshMs),
    comparedWith: `fresh scrape with Scaphandre: ${formatMs(scaphandre.freshMs)}`,
    ratio: onepower.freshMs / scaphandre.freshMs,
    target: atMost(0.4, onepower.freshMs / scaphandre.freshMs),
  },
];

export const createFreshScrape = (lab: Lab): Bench => ({
  name: 'fresh-scrape',
  method: `A scrape that reads everything anew, against one curl that downloads the same documents to /dev/null
(five pools of the front-end, every agent's page, one after another). Both by curl, its start included; six
rounds. The first scrape asks for the extended form of every VM and is told apart. With either agent the VM pool (22 MB
of XML) is read and the page (6.8 MB) is written anew, and that is most of a scrape: pages of agents that cost nothing
would still leave about three quarters of it.`,
  async run() {
    const small = await lab.smallScrapes();
    const large = await lab.largeScrapes();
    const onepower = await lab.onepowerScrapes();
    return [
      ...findingsOf('1,000 VMs on 50 hosts', small),
      ...findingsOf('10,000 VMs on 500 hosts', large),
      ...onepowerFindings(onepower, large),
      {
        what: `memory (highest VmRSS after ${large.rounds} fresh scrapes), 10,000 VMs`,
        ours: formatMegabytes(large.rssBytes),
        comparedWith: '',
        target: { text: 'under 250 MB', met: large.rssBytes < mostRssBytes },
      },
    ];
  },
});
