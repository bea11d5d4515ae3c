/** Whether a TCP port can be reached from this machine. Sends nothing but what opens a connection. */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import type { PortAnswer, PortPlace } from '../agent-port.ts';

/** A packet that is dropped is sent again after one second, and after two more. */
const longestMs = 4000;

/** The address that this machine takes for packets to there, as the kernel's routes have it. */
const sourceAddressTo = (address: string, family: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    const settle = (found: string | undefined): void => {
      socket.close();
      resolve(found);
    };
    socket.once('error', () => settle(undefined));
    socket.connect(1, address, () => settle(socket.address().address)); // no packet is sent
  });

/** Why the connection cannot be made; '' where it can. */
const problemOf = (host: string, port: number): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (problem: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem);
    };
    const timer = setTimeout(() => settle(`no answer within ${longestMs / 1000} s`), longestMs);
    socket.once('connect', () => settle(''));
    socket.once('error', ({ message }) => settle(message));
  });

export const tryPort = async ({ host, port }: PortPlace): Promise<PortAnswer> => {
  try {
    const { address, family } = await lookup(host);
    const [from, detail] = await Promise.all([sourceAddressTo(address, family), problemOf(address, port)]);
    return { isOpen: detail === '', detail, from };
  } catch (thrown) {
    return { isOpen: false, detail: reasonOf(thrown), from: undefined };
  }
};
