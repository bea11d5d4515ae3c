/** HTTP basic authentication against bcrypt hashes, as Prometheus' exporter-toolkit has it. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { compare } from 'bcryptjs';
import { createLimit } from './concurrency.ts';

/** Compared when the user is unknown, so that the time of an answer does not tell which users exist. */
const unknownUserHash = '$2b$10$1Jh2DB1xJG6xhMcu6b0/he4mWKOuJxuwaYjROyuGVO/WpD9x3niVO';
const mostRemembered = 100;

const parseCredentials = (header: string | undefined): { user: string; password: string } | undefined => {
  const encoded = /^basic ([a-z0-9+/=]+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
};

/**
 * Whether the Authorization header names one of the users with its password. Good answers are remembered (as a
 * digest of hash and credentials): bcrypt is slow on purpose. Two comparisons at most run at once.
 */
export const createBasicAuth = (): ((
  users: ReadonlyMap<string, string>,
  header: string | undefined,
) => Promise<boolean>) => {
  const granted: Buffer[] = [];
  const limit = createLimit(2);

  return async (users, header) => {
    if (users.size === 0) return true;
    const credentials = parseCredentials(header);
    if (credentials === undefined) return false;
    const { user, password } = credentials;
    const hash = users.get(user);
    const digest = createHash('sha256')
      .update(JSON.stringify([hash ?? '', user, password]))
      .digest();
    if (hash !== undefined && granted.some((known) => timingSafeEqual(known, digest))) return true;
    const matches = await limit(() => compare(password, hash ?? unknownUserHash).catch(() => false));
    if (!matches || hash === undefined) return false;
    granted.push(digest);
    if (granted.length > mostRemembered) granted.shift();
    return true;
  };
};
