/** Answers over HTTP, whole, within limits. */
import { download } from '../../../lib/io/download.ts';

export const answerTimeoutMs = 15_000;
const connectTimeoutMs = 5000;
const mostBytes = 512 * 1024 * 1024;

export const fetchInto = async (
  url: URL,
  onChunk: (chunk: Buffer) => void,
  totalTimeoutMs = answerTimeoutMs,
): Promise<void> => {
  const limits = { connectTimeoutMs: Math.min(connectTimeoutMs, totalTimeoutMs), totalTimeoutMs, mostBytes };
  await download({ url, ...limits, onChunk });
};

export const fetchText = async (url: URL): Promise<string> => {
  const pieces: Buffer[] = [];
  await fetchInto(url, (chunk) => pieces.push(Buffer.from(chunk)));
  return Buffer.concat(pieces).toString('utf8');
};
