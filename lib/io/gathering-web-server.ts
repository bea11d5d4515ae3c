/**
 * A web server for many clients with a small question each, such as guests: a thread of its own (web-thread.ts) keeps
 * the connections and gathers questions, so that hundreds a second cost little. They are answered here.
 */
import { Worker } from 'node:worker_threads';
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

/** Fails as `startWebServer`. */
export const startGatheringWebServer = async ({
  server,
  paths,
  headerNames,
  answer,
  log,
}: GatheringOptions): Promise<WebServer> => {
  const worker = new Worker(besideProgram(server.programFile, 'web-thread.js'), {
    argv: [],
    env: {},
    workerData: { server, paths, headerNames } satisfies ThreadTask,
    // No limit of its own for what is old: a thread that meets it ends the whole program, whatever a client sends.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  const order = (given: ThreadOrder): void => worker.postMessage(given);
  const onQuestion = createAnswering(answer, (answers) => order({ kind: 'answers', answers }));
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let onReloaded = (): void => undefined;

  const urls = await new Promise<readonly string[]>((resolve, reject) => {
    worker.on('message', (message: ThreadMessage) => {
      if (message.kind === 'questions') for (const question of message.questions) void onQuestion(question);
      else if (message.kind === 'log') log[message.level](message.message, message.fields);
      else if (message.kind === 'reloaded') onReloaded();
      else if (message.kind === 'listening') resolve(message.urls);
      else
        reject(
          message.expected === undefined
            ? new Error(message.reason)
            : new OneExtError(message.expected.code, message.expected),
        );
    });
  });
  return {
    urls,
    reload: () =>
      new Promise((resolve) => {
        onReloaded = resolve;
        order({ kind: 'reload' });
      }),
    async close(graceMs) {
      order({ kind: 'close', graceMs });
      await ended;
    },
  };
};
