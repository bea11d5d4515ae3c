/**
 * The port of a power agent as the front-end sees it. `--allow` lets networks through by the address that a packet
 * comes from, so what the front-end sees depends on whether its own address is one of those.
 */
import ipaddr from 'ipaddr.js';
import type { AgentFacts } from './host-report.ts';

export interface PortPlace {
  /** An address, or a name. */
  readonly host: string;
  readonly port: number;
}

export interface PortAnswer {
  readonly isOpen: boolean;
  /** Why it is not open; '' where it is. */
  readonly detail: string;
  /** The address of this machine that the attempt went out from. */
  readonly from: string | undefined;
}

/** Where the front-end would ask the agent; `undefined` where that is not known, or is this host's loopback. */
export const portOfAgent = ({ listens }: AgentFacts, hostName: string): PortPlace | undefined => {
  if (listens === undefined || !URL.canParse(listens)) return undefined;
  const { hostname, port } = new URL(listens);
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (!ipaddr.isValid(address)) return undefined;
  const range = ipaddr.parse(address).range();
  if (range === 'loopback') return undefined;
  return { host: range === 'unspecified' ? hostName : address, port: port === '' ? 80 : Number(port) };
};

/** Whether a list of --allow has an address; `undefined` where there is no such list. */
const allows = (allowed: string | undefined, from: string | undefined): boolean | undefined => {
  const networks = (allowed ?? '').split(',');
  if (from === undefined || !ipaddr.isValid(from)) return undefined;
  if (!networks.every((each) => ipaddr.isValid(each) || ipaddr.isValidCIDR(each))) return undefined;
  const address = ipaddr.process(from);
  return networks.some((each) => {
    const [network, length] = ipaddr.parseCIDR(
      each.includes('/') ? each : `${each}/${each.includes(':') ? 128 : 32}`,
    );
    return network.kind() === address.kind() && address.match(network, length);
  });
};

/** What is wrong with the port, as far as the front-end can see it; '' where nothing is. */
export const judgePort = ({ listens = '', allowed }: AgentFacts, answer: PortAnswer): string => {
  const { isOpen, detail, from = 'of unknown address' } = answer;
  const isAllowed = allows(allowed, answer.from);
  if (isOpen) {
    return isAllowed === false
      ? `the port is open to this front-end (${from}), although --allow ${allowed} does not name it`
      : '';
  }
  return isAllowed === false
    ? `this front-end (${from}) cannot reach ${listens} (${detail}): --allow ${allowed} does not name it`
    : `this front-end (${from}) cannot reach ${listens} (${detail}): look for a firewall between the two`;
};
