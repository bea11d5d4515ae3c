/** A scrape that is answered from the last one's snapshot, against a fresh one. */
import type { Lab } from './lab.ts';
import { type Bench, formatMs } from './measure.ts';

export const createSnapshotScrape = (lab: Lab): Bench => ({
  name: 'snapshot-scrape',
  method: `A scrape within five seconds of the last one, against a fresh one; by curl, its start included. The same
rounds as fresh-scrape.`,
  async run() {
    const { snapshotMs, freshMs } = await lab.largeScrapes();
    const ratio = snapshotMs / freshMs;
    return [
      {
        what: 'scrape from the snapshot, 10,000 VMs on 500 hosts',
        ours: formatMs(snapshotMs),
        comparedWith: `fresh scrape: ${formatMs(freshMs)}`,
        ratio,
        target: { text: 'under a tenth', met: ratio < 0.1 },
      },
    ];
  },
});
