/**
 * Reads the users of OpenNebula with their TOKEN_PASSWORD.
 *
 * oned does not escape `]]>`: an attribute of a user can forge another user in the pool, with a password that its
 * author knows. A user who stands there twice is read alone, and its answer begins with the real one.
 */
import { commonError } from '../../lib/errors/common-errors.ts';
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { takeUnique } from '../../lib/one/unique-objects.ts';
import { type User, userPool } from '../../lib/one/user.ts';

/** More forged users than that are left out instead of read one by one. */
const mostReadAlone = 50;

export const createUserReader =
  (client: XmlRpcClient, onRepairs: (places: number) => void) =>
  async (): Promise<ReadonlyMap<number, User>> => {
    const { objects, repeated } = takeUnique(await readDocument(client, { ...userPool, onRepairs }));
    const users = new Map(objects.map((user) => [user.id, user]));
    for (const id of repeated) users.delete(id);
    for (const id of repeated.slice(0, mostReadAlone)) {
      const call = { ...userPool, method: 'one.user.info', parameters: [id], onRepairs };
      const [user] = await readDocument(client, call).catch((thrown: unknown) => {
        if (commonError.is(thrown, 'ONE_NO_SUCH_OBJECT')) return []; // all that have this id are forged
        throw thrown;
      });
      if (user?.id === id) users.set(id, user);
    }
    return users;
  };
