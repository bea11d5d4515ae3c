/** What time it is elsewhere: the header Date of an answer, whatever its status. */
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';

const clockTimeoutMs = 3000;
/** The header has whole seconds: it is half of one late on average. */
const halfSecondMs = 500;

/** How far ahead of ours that clock is; `undefined` where nothing tells. */
export const readHttpClock = (
  url: URL,
  now: () => number,
  lookup?: LookupFunction,
): Promise<number | undefined> =>
  new Promise((resolve) => {
    const startedAt = now();
    const { get } = url.protocol === 'https:' ? https : http;
    // A time is no secret, and no certificate is needed to look at it.
    const options = {
      agent: false,
      rejectUnauthorized: false,
      ...(lookup === undefined ? {} : { lookup }),
    };
    const request = get(url, options, (response) => {
      const date = Date.parse(response.headers.date ?? '');
      response.destroy();
      finish(Number.isNaN(date) ? undefined : date + halfSecondMs - (startedAt + now()) / 2);
    });
    const timer = setTimeout(() => finish(undefined), clockTimeoutMs);
    const finish = (ahead: number | undefined): void => {
      clearTimeout(timer);
      request.destroy();
      resolve(ahead);
    };
    request.on('error', () => finish(undefined));
  });
