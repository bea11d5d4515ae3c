/** Answers over HTTP, whole, within limits: no request outlives what waits for it. */
import { download } from './download.ts';

const answerTimeoutMs = 15_000;
const connectTimeoutMs = 5000;
const mostBytes = 512 * 1024 * 1024;

export const downloadInto = async (
  url: URL,
  timeLimitMs: number,
  onChunk: (chunk: Buffer) => void,
): Promise<void> => {
  const totalTimeoutMs = Math.min(answerTimeoutMs, timeLimitMs);
  const limits = { connectTimeoutMs: Math.min(connectTimeoutMs, totalTimeoutMs), totalTimeoutMs, mostBytes };
  await download({ url, ...limits, onChunk });
};

export const downloadText = async (url: URL, timeLimitMs: number): Promise<string> => {
  const pieces: Buffer[] = [];
  await downloadInto(url, timeLimitMs, (chunk) => pieces.push(Buffer.from(chunk)));
  return Buffer.concat(pieces).toString('utf8');
};
