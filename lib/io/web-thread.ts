/**
 * The thread of a web server that gathers questions (gathering-web-server.ts): it keeps the connections, and asks the
 * program what to answer.
 *
 * Where questions come fast, it sleeps between its looks, with all of its loop. What comes meanwhile waits in the kernel,
 * and is accepted, read and answered together, at a fraction of what each costs by itself.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { OneExtError, reasonOf } from '../errors/oneext-error.ts';
import type { Log, LogLevel } from '../log/log.ts';
import type {
  ThreadAnswer,
  ThreadMessage,
  ThreadOrder,
  ThreadQuestion,
  ThreadTask,
} from './gathering-web-server.ts';
import type { WebHandler } from './web-answers.ts';
import { startWebServer, type WebServer } from './web-server.ts';

const sleepMs = 50;
/** So many questions a second are answered at once. */
const quickPerSecond = 30;

const task: ThreadTask = workerData;
const tell = (message: ThreadMessage): void => parentPort?.postMessage(message);

const waiting = new Map<number, (answer: ThreadAnswer) => void>();
let questions: ThreadQuestion[] = [];
let lastId = 0;

const bed = new Int32Array(new SharedArrayBuffer(4));
let level = 0;
let levelAt = performance.now();

/** After all that has come at once. */
const endLook = (): void => {
  const now = performance.now();
  level = Math.max(0, level - ((now - levelAt) / 1000) * quickPerSecond) + questions.length;
  levelAt = now;
  tell({ kind: 'questions', questions });
  questions = [];
  if (level > quickPerSecond) Atomics.wait(bed, 0, 0, sleepMs);
};

const createHandler =
  (path: string): WebHandler =>
  (headers, _, { address }) =>
    new Promise((resolve, reject) => {
      if (questions.length === 0) setImmediate(endLook);
      lastId += 1;
      waiting.set(lastId, (answer) => {
        if ('failure' in answer) reject(new Error(answer.failure));
        else resolve(answer.answer);
      });
      const given = task.headerNames.map((name) => [name, String(headers[name] ?? '')]);
      questions.push({ id: lastId, path, headers: Object.fromEntries(given), address });
    });

const take = (answer: ThreadAnswer): void => {
  waiting.get(answer.id)?.(answer);
  waiting.delete(answer.id);
};

const obey = async (server: WebServer, order: ThreadOrder): Promise<void> => {
  if (order.kind === 'answers') {
    for (const answer of order.answers) take(answer);
    return;
  }
  if (order.kind === 'reload') {
    await server.reload();
    tell({ kind: 'reloaded' });
    return;
  }
  await server.close(order.graceMs);
  parentPort?.close();
};

const sayAt =
  (level: LogLevel): Log[LogLevel] =>
  (message, fields = {}) =>
    tell({ kind: 'log', level, message, fields });

const start = async (): Promise<void> => {
  const handlers = new Map(task.paths.map((path) => [path, createHandler(path)]));
  const server = await startWebServer({
    ...task.server,
    handlers: () => handlers,
    log: { debug: sayAt('debug'), info: sayAt('info'), warn: sayAt('warn'), error: sayAt('error') },
  });
  parentPort?.on('message', (order: ThreadOrder) => void obey(server, order));
  tell({ kind: 'listening', urls: server.urls });
};

start().catch((thrown: unknown) => {
  const expected =
    thrown instanceof OneExtError
      ? { code: thrown.code, message: thrown.message, hint: thrown.hint, exitCode: thrown.exitCode }
      : undefined;
  tell({ kind: 'failed', reason: reasonOf(thrown), expected });
  parentPort?.close();
});
