/**
 * A web server for many clients with a small question each, such as guests: a thread of its own (web-thread.ts) keeps
 * the connections and gathers questions, so that hundreds a second cost little. They are answered here.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { ListenAddress } from '../config/listen-address.ts';
import { type ExpectedError, OneExtError, reasonOf } from '../errors/oneext-error.ts';
import type { Log, LogFields, LogLevel } from '../log/log.ts';
import { besideProgram } from './this-process.ts';
import type { TextAnswer } from './web-answers.ts';
import type { WebServer, WebServerOptions } from './web-server.ts';

export interface WebQuestion {
  readonly path: string;
  /** Those that were wished for, by name; one that was not sent is ''. */
  readonly headers: Readonly<Record<string, string>>;
  /** Who asks, as far as the network tells. */
  readonly address: string;
}

export interface ThreadTask {
  readonly server: Omit<WebServerOptions, 'handlers' | 'log'>;
  readonly paths: readonly string[];
  readonly headerNames: readonly string[];
}
export interface ThreadQuestion extends WebQuestion {
  readonly id: number;
}
export type ThreadAnswer =
  | { readonly id: number; readonly answer: TextAnswer }
  | { readonly id: number; readonly failure: string };
export type ThreadOrder =
  | { readonly kind: 'answers'; readonly answers: readonly ThreadAnswer[] }
  | { readonly kind: 'reload' }
  | { readonly kind: 'close'; readonly graceMs: number };
export type ThreadMessage =
  | { readonly kind: 'listening'; readonly urls: readonly string[] }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly expected: (ExpectedError & { readonly code: string }) | undefined;
    }
  | { readonly kind: 'questions'; readonly questions: readonly ThreadQuestion[] }
  | { readonly kind: 'reloaded' }
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: LogFields;
    };

export interface GatheringOptions extends Omit<ThreadTask, 'server'> {
  readonly server: ThreadTask['server'];
  readonly answer: (question: WebQuestion) => Promise<TextAnswer>;
  /** Told each time that the thread begins to listen, and that it has ended. */
  readonly onUp?: (isUp: boolean) => void;
  readonly log: Log;
}

/** What is answered at once goes to the thread at once. */
const createAnswering = (
  answer: GatheringOptions['answer'],
  send: (answers: readonly ThreadAnswer[]) => void,
): ((question: ThreadQuestion) => Promise<void>) => {
  let answers: ThreadAnswer[] = [];
  const flush = (): void => {
    send(answers);
    answers = [];
  };
  return async ({ id, ...question }) => {
    const given = await answer(question).then(
      (found) => ({ id, answer: found }),
      (thrown: unknown) => ({ id, failure: reasonOf(thrown) }),
    );
    if (answers.length === 0) setImmediate(flush);
    answers.push(given);
  };
};

interface ServerThread {
  readonly urls: readonly string[];
  readonly order: (given: ThreadOrder) => void;
  /** Reads the web configuration again, unless the thread ends meanwhile. */
  readonly reload: () => Promise<void>;
  /** Why it has ended. */
  readonly ended: Promise<string>;
}

const failureOf = ({ reason, expected }: ThreadMessage & { kind: 'failed' }): Error =>
  expected === undefined ? new Error(reason) : new OneExtError(expected.code, expected);

/** Fails as `startWebServer`. */
const startThread = async ({
  server,
  paths,
  headerNames,
  answer,
  log,
}: GatheringOptions): Promise<ServerThread> => {
  const worker = new Worker(besideProgram(server.programFile, 'web-thread.js'), {
    argv: [],
    env: {},
    workerData: { server, paths, headerNames } satisfies ThreadTask,
    // No limit of its own for what is old: a thread that meets it loses all of its connections.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  const order = (given: ThreadOrder): void => worker.postMessage(given);
  const onQuestion = createAnswering(answer, (answers) => order({ kind: 'answers', answers }));
  let onReloaded = (): void => undefined;
  let why = 'it ended by itself';
  worker.on('error', (thrown: unknown) => {
    why = reasonOf(thrown);
  });
  const ended = new Promise<string>((resolve) => worker.once('exit', () => resolve(why)));

  const urls = await new Promise<readonly string[]>((resolve, reject) => {
    worker.on('message', (message: ThreadMessage) => {
      if (message.kind === 'questions') for (const question of message.questions) void onQuestion(question);
      else if (message.kind === 'log') log[message.level](message.message, message.fields);
      else if (message.kind === 'reloaded') onReloaded();
      else if (message.kind === 'listening') resolve(message.urls);
      else reject(failureOf(message));
    });
    void ended.then((reason) => reject(new Error(reason)));
  });
  const reload = (): Promise<void> =>
    new Promise((resolve) => {
      onReloaded = resolve;
      void ended.then(() => resolve());
      order({ kind: 'reload' });
    });
  return { urls, order, reload, ended };
};

/** The ports that were given, where the system chose. */
const boundAddresses = (
  addresses: readonly ListenAddress[],
  urls: readonly string[],
): readonly ListenAddress[] =>
  addresses.map(({ host, port }, at) => ({
    host,
    port: port === 0 ? Number(new URL(urls[at] ?? '').port) : port,
  }));

const leastPauseMs = 100;
const longestPauseMs = 60_000;

/** Fails as `startWebServer`; from then on, a thread that ends is started again. */
export const startGatheringWebServer = async (options: GatheringOptions): Promise<WebServer> => {
  const { log, onUp = () => undefined } = options;
  const closing = new AbortController();
  const first = await startThread(options);
  const { urls } = first;
  const addresses = boundAddresses(options.server.addresses, urls);
  const again: GatheringOptions = { ...options, server: { ...options.server, addresses } };
  let running: ServerThread | undefined = first;
  onUp(true);

  /** The thread that takes the place of one that has ended; `undefined` when the server closes. */
  const startAgain = async (pauseMs: number): Promise<ServerThread | undefined> => {
    await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
    if (closing.signal.aborted) return undefined;
    const longerMs = Math.min(longestPauseMs, 2 * pauseMs);
    return startThread(again).catch((thrown: unknown) => {
      const fields = { url: urls.join(' '), error: reasonOf(thrown), next_try_ms: longerMs };
      log.error('the thread of a web server cannot be started again', fields);
      return startAgain(longerMs);
    });
  };
  const keepRunning = async (): Promise<void> => {
    let pauseMs = leastPauseMs;
    while (running !== undefined) {
      const startedAt = performance.now();
      const error: string = await running.ended;
      running = undefined;
      if (closing.signal.aborted) return;
      onUp(false);
      if (performance.now() - startedAt > longestPauseMs) pauseMs = leastPauseMs;
      const fields = { url: urls.join(' '), error, next_try_ms: pauseMs };
      log.error('the thread of a web server has ended; it is started again', fields);
      running = await startAgain(pauseMs);
      pauseMs = Math.min(longestPauseMs, 2 * pauseMs);
      if (closing.signal.aborted) running?.order({ kind: 'close', graceMs: 0 });
      else onUp(true);
    }
  };
  const kept = keepRunning();
  return {
    urls,
    reload: async () => running?.reload(),
    async close(graceMs) {
      closing.abort();
      running?.order({ kind: 'close', graceMs });
      await kept;
    },
  };
};
