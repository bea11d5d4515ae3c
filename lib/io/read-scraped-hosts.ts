/** Which hosts can be scraped by their HOSTNAME, as far as this machine can tell. */
import { isHostName } from '../host-name.ts';
import { chooseScrapedHosts, type NamedHost, type ScrapedHosts } from '../prometheus/scraped-hosts.ts';
import type { LocalFinder } from './local-address.ts';

/** @param allHosts those without a HOSTNAME are neither taken nor named: no probe has named them yet */
export const readScrapedHosts = async <Host extends NamedHost>(
  allHosts: readonly Host[],
  findLocal: LocalFinder,
): Promise<ScrapedHosts<Host>> => {
  const hosts = allHosts.filter(({ hostname }) => isHostName(hostname));
  const local = await findLocal(hosts.map(({ hostname }) => hostname));
  const doubtful = hosts.filter(({ hostname }) => local.has(hostname)).map(({ name }) => name);
  const own = new Set([...local, ...(await findLocal(doubtful.filter(isHostName)))]);
  return chooseScrapedHosts(hosts, (name) => own.has(name));
};
