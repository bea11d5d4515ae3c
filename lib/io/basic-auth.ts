/**
 * HTTP basic authentication against bcrypt hashes, as Prometheus' exporter-toolkit has it.
 *
 * What was judged once is remembered, so that a password that is known waits for nobody. The others are compared one
 * after the other, their clients taking turns; a client that has left is forgotten, and when too many wait, whoever
 * asks most is told to come back.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { createFairQueue } from '../http/fair-queue.ts';
import type { ComparePassword } from './password-worker.ts';

export interface Login {
  /** bcrypt hashes by user. */
  readonly users: ReadonlyMap<string, string>;
  /** The Authorization header. */
  readonly header: string | undefined;
  /** Who asks, as far as the network tells: clients take turns. */
  readonly client: string;
  /** Aborted when the client has left. */
  readonly signal: AbortSignal;
}
export type LoginVerdict = 'granted' | 'denied' | 'busy';

/** Compared when the user is unknown, so that the time of an answer does not tell which users exist. */
const unknownUserHash = '$2b$10$1Jh2DB1xJG6xhMcu6b0/he4mWKOuJxuwaYjROyuGVO/WpD9x3niVO';
const mostGranted = 100;
const mostDenied = 1000;
const mostWaiting = 32;

const parseCredentials = (header: string | undefined): { user: string; password: string } | undefined => {
  const encoded = /^basic ([a-z0-9+/=]+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
};

/** A set that forgets the oldest. */
const remember = (known: Set<string>, digest: string, most: number): void => {
  known.add(digest);
  if (known.size > most) for (const oldest of known) return void known.delete(oldest);
};

interface Waiting {
  begin(): Promise<void>;
  refuse(): void;
}

export const createBasicAuth = (compare: ComparePassword): ((login: Login) => Promise<LoginVerdict>) => {
  // Digests under a key that nobody knows: how long it takes to look one up tells nothing about passwords.
  const key = randomBytes(32);
  const granted = new Set<string>();
  const denied = new Set<string>();
  const queue = createFairQueue<Waiting>(mostWaiting);
  let isComparing = false;

  const known = (digest: string): LoginVerdict | undefined => {
    if (granted.has(digest)) return 'granted';
    return denied.has(digest) ? 'denied' : undefined;
  };

  const compareNext = async (): Promise<void> => {
    if (isComparing) return;
    isComparing = true;
    for (let next = queue.take(); next !== undefined; next = queue.take()) await next.begin();
    isComparing = false;
  };

  /** Rejects with the error of `compare`. */
  const wait = (login: Login, digest: string, password: string, hash: string | undefined) =>
    new Promise<LoginVerdict>((resolve, reject) => {
      const waiting: Waiting = {
        refuse: () => resolve('busy'),
        async begin() {
          login.signal.removeEventListener('abort', leave);
          try {
            // The same password may have been compared while this one waited.
            if (known(digest) === undefined) {
              const matches = (await compare(password, hash ?? unknownUserHash)) && hash !== undefined;
              if (matches) remember(granted, digest, mostGranted);
              else remember(denied, digest, mostDenied);
            }
            resolve(known(digest) ?? 'denied');
          } catch (thrown) {
            reject(thrown);
          }
        },
      };
      const leave = (): void => {
        queue.remove(login.client, waiting);
        resolve('busy');
      };
      login.signal.addEventListener('abort', leave, { once: true });
      queue.add(login.client, waiting)?.refuse();
      void compareNext();
    });

  return async (login) => {
    const credentials = parseCredentials(login.header);
    if (credentials === undefined) return 'denied';
    const { user, password } = credentials;
    const hash = login.users.get(user);
    const digest = createHmac('sha256', key)
      .update(JSON.stringify([hash ?? '', user, password]))
      .digest('base64');
    return known(digest) ?? wait(login, digest, password, hash);
  };
};
