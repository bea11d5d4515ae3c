/** Answers over HTTP, whole, within limits: no request outlives its check, or the process would wait for it. */
import { download } from '../../../lib/io/download.ts';

const answerTimeoutMs = 15_000;
const connectTimeoutMs = 5000;
const mostBytes = 512 * 1024 * 1024;

export const fetchInto = async (
  url: URL,
  timeLimitMs: number,
  onChunk: (chunk: Buffer) => void,
): Promise<void> => {
  const totalTimeoutMs = Math.min(answerTimeoutMs, timeLimitMs);
  const limits = { connectTimeoutMs: Math.min(connectTimeoutMs, totalTimeoutMs), totalTimeoutMs, mostBytes };
  await download({ url, ...limits, onChunk });
};

export const fetchText = async (url: URL, timeLimitMs: number): Promise<string> => {
  const pieces: Buffer[] = [];
  await fetchInto(url, timeLimitMs, (chunk) => pieces.push(Buffer.from(chunk)));
  return Buffer.concat(pieces).toString('utf8');
};
