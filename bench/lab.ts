/** What the benches share: two clouds, each started when it is first asked for, and their scrapes. */
import { type Cloud, type CloudContext, startCloud } from './cloud.ts';
import { measureScrapes, type ScrapeRounds } from './scrape-rounds.ts';

export interface Lab extends CloudContext {
  /** 1,000 VMs on 50 hosts. */
  readonly smallCloud: () => Promise<Cloud>;
  readonly smallScrapes: () => Promise<ScrapeRounds>;
  /** 10,000 VMs on 500 hosts. */
  readonly largeScrapes: () => Promise<ScrapeRounds>;
  /** The same with opennebula-power-agent on all hosts. */
  readonly onepowerScrapes: () => Promise<ScrapeRounds>;
}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

export const createLab = (context: CloudContext): Lab => {
  const smallCloud = once(() => startCloud(context, { hosts: 50, vms: 1000, processes: 500 }));
  const large = { hosts: 500, vms: 10_000, processes: 500 };
  const largeCloud = once(() => startCloud(context, large));
  const onepowerCloud = once(() => startCloud(context, { ...large, agent: 'onepower' }));
  return {
    ...context,
    smallCloud,
    smallScrapes: once(async () => measureScrapes(await smallCloud())),
    largeScrapes: once(async () => measureScrapes(await largeCloud())),
    onepowerScrapes: once(async () => measureScrapes(await onepowerCloud())),
  };
};
