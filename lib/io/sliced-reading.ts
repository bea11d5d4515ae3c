/**
 * Gives a connection of an HTTP server to its parser in small pieces.
 *
 * What the kernel hands over at once has room for thousands of small requests, and the parser makes an object of each
 * before anything here can say that they are too many. Between two pieces it can.
 */
import type { Socket } from 'node:net';

/** A request of a usual client is one piece. */
const sliceBytes = 1024;

/** Called when the HTTP server has begun to listen to the connection. */
export const readInSlices = (socket: Socket): void => {
  const parsers = socket.listeners('data');
  socket.on('data', (piece: Buffer) => {
    for (let at = 0; at < piece.length && socket.writable; at += sliceBytes) {
      if (socket.isPaused()) return void socket.unshift(piece.subarray(at));
      const slice = piece.subarray(at, at + sliceBytes);
      for (const parse of parsers) parse.call(socket, slice);
    }
  });
  for (const parse of parsers) socket.removeListener('data', parse as () => void);
};
