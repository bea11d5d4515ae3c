/** Which of the zone's front-ends this machine is. */
import { lookup } from 'node:dns/promises';
import { hostname, networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

const lookupTimeoutMs = 3000;

const normal = (address: string): string =>
  ipaddr.isValid(address) ? ipaddr.process(address.split('%')[0] ?? '').toString() : address;

const isLocalAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  if (ipaddr.process(address).range() === 'loopback') return true;
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return own.some((one) => normal(one.address) === normal(address));
};

/** Nobody waits long for a resolver that is silent: a name without an answer is elsewhere. */
const addressesOf = async (name: string): Promise<readonly string[]> => {
  const timeout = new Promise<readonly string[]>((resolve) =>
    setTimeout(resolve, lookupTimeoutMs, []).unref(),
  );
  const found = lookup(name, { all: true }).then((list) => list.map(({ address }) => address));
  return Promise.race([found.catch(() => []), timeout]);
};

/** Whether the name or address is this machine's. */
export const isLocal = async (host: string): Promise<boolean> => {
  if (host === hostname() || isLocalAddress(host)) return true;
  return !ipaddr.isValid(host) && (await addressesOf(host)).some(isLocalAddress);
};

export const ownHostname = hostname;
