/** Answers that go on until the client leaves or the server ends. A client that does not read is left out, then let go. */
import type { ServerResponse } from 'node:http';
import { writeTimeoutMs } from './web-body.ts';

export interface WebStreams {
  /** After the head. */
  begin(response: ServerResponse, start: (write: (text: string) => void, left: AbortSignal) => void): void;
  endAll(): void;
}

export const createWebStreams = (): WebStreams => {
  const open = new Set<ServerResponse>();
  return {
    begin(response, start) {
      const left = new AbortController();
      let stalledAt: number | undefined;
      const write = (text: string): void => {
        if (left.signal.aborted || response.writableEnded) return;
        if (!response.writableNeedDrain) {
          stalledAt = undefined;
          response.write(text);
        } else {
          stalledAt ??= performance.now();
          if (performance.now() - stalledAt > writeTimeoutMs) response.destroy();
        }
      };
      open.add(response);
      response.once('close', () => {
        open.delete(response);
        left.abort();
      });
      response.flushHeaders();
      start(write, left.signal);
    },
    endAll() {
      for (const response of open) response.end();
    },
  };
};
