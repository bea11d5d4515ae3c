/** Whether a TCP port can be reached from this machine. Sends nothing. */
import { connect } from 'node:net';
import type { PortAnswer, PortPlace } from '../agent-port.ts';

/** A packet that is dropped is sent again after one second, and after two more. */
const longestMs = 4000;

export const tryPort = ({ host, port }: PortPlace): Promise<PortAnswer> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (isOpen: boolean, detail: string): void => {
      clearTimeout(timer);
      resolve({ isOpen, detail, from: socket.localAddress });
      socket.destroy();
    };
    const timer = setTimeout(() => settle(false, `no answer within ${longestMs / 1000} s`), longestMs);
    socket.once('connect', () => settle(true, ''));
    socket.once('error', ({ message }) => settle(false, message));
  });
