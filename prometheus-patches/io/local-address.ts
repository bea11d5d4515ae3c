/** Which names and addresses are this machine's. */
import { hostname, networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { createLookup } from '../../lib/io/lookup.ts';

const lookupsAtOnce = 4;
const lookupTimeoutMs = 5000;

const normal = (address: string): string =>
  ipaddr.isValid(address) ? ipaddr.process(address.split('%')[0] ?? '').toString() : address;

const isLocalAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  if (ipaddr.process(address).range() === 'loopback') return true;
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return own.some((one) => normal(one.address) === normal(address));
};

export const ownHostname = hostname;

/**
 * Those of the names and addresses that are this machine's. A name that is not resolved within the time is
 * elsewhere: a resolver that is silent holds up neither the answer nor, afterwards, the end of the process.
 */
export const findLocal = async (hosts: readonly string[]): Promise<ReadonlySet<string>> => {
  const ending = new AbortController();
  const lookup = createLookup({
    atOnce: lookupsAtOnce,
    keepMs: lookupTimeoutMs,
    now: () => performance.now(),
    signal: ending.signal,
  });
  const resolve = (name: string): Promise<readonly string[]> =>
    new Promise((done) => {
      lookup(name, { all: true }, (error, addresses) => {
        done(error === null && Array.isArray(addresses) ? addresses.map(({ address }) => address) : []);
      });
    });
  const local = new Set<string>();
  const all = hosts.map(async (host) => {
    if (host === hostname() || isLocalAddress(host)) local.add(host);
    else if (!ipaddr.isValid(host) && (await resolve(host)).some(isLocalAddress)) local.add(host);
  });
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((done) => {
    timer = setTimeout(done, lookupTimeoutMs);
  });
  await Promise.race([Promise.all(all), timeout]);
  clearTimeout(timer);
  ending.abort();
  return local;
};
