/** Which names and addresses are this machine's. */
import { hostname, networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { createLookup } from './lookup.ts';

/** Few: beside them, the exporter looks up agents and OpenNebula. */
const lookupsAtOnce = 2;
const keepAddressesMs = 60_000;
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

/** Which of the names and addresses are this machine's. */
export type LocalFinder = (hosts: readonly string[]) => Promise<ReadonlySet<string>>;

/**
 * Finders of one process share nothing. A name that is not resolved within the time is elsewhere: a resolver that
 * is silent holds up no answer, nor the end of the process once the signal has come.
 */
export const createLocalFinder = (now: () => number, signal: AbortSignal): LocalFinder => {
  const lookup = createLookup({ atOnce: lookupsAtOnce, keepMs: keepAddressesMs, now, signal });
  const resolve = (name: string): Promise<readonly string[]> =>
    new Promise((done) => {
      lookup(name, { all: true }, (error, addresses) => {
        done(error === null && Array.isArray(addresses) ? addresses.map(({ address }) => address) : []);
      });
    });
  return async (hosts) => {
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
    return local;
  };
};
