/** The thread that compares passwords (password-worker.ts): a small program, of which a second heap takes little. */
import { parentPort } from 'node:worker_threads';
import { compare } from 'bcryptjs';
import type { Question } from './password-worker.ts';

parentPort?.on('message', async ({ password, hash }: Question) => {
  parentPort?.postMessage(await compare(password, hash).catch(() => false));
});
