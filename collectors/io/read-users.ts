/**
 * Reads the users of OpenNebula with their TOKEN_PASSWORD.
 *
 * oned does not escape `]]>`: an attribute of a user can forge another user in the pool, with a password that its
 * author knows. A user who stands there twice is read alone, and its answer begins with the real one. A user who is
 * deleted can be forged once, and tokens of VMs that it has created would be judged by the forged password: so the
 * creators of others' VMs are read alone too, once for each password.
 */
import { commonError } from '../../lib/errors/common-errors.ts';
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { takeUnique } from '../../lib/one/unique-objects.ts';
import { type User, userPool } from '../../lib/one/user.ts';

/** More forged users than that are left out instead of read one by one. */
const mostReadAlone = 50;

/** @param creators of VMs that are owned by somebody else */
export const createUserReader = (
  client: XmlRpcClient,
  onRepairs: (places: number) => void,
  creators: () => readonly number[],
): (() => Promise<ReadonlyMap<number, User>>) => {
  let confirmed: ReadonlyMap<number, string | undefined> = new Map();
  const readAlone = async (id: number): Promise<User | undefined> => {
    const call = { ...userPool, method: 'one.user.info', parameters: [id], onRepairs };
    const [user] = await readDocument(client, call).catch((thrown: unknown) => {
      if (commonError.is(thrown, 'ONE_NO_SUCH_OBJECT')) return []; // all that have this id are forged
      throw thrown;
    });
    return user?.id === id ? user : undefined;
  };
  const isConfirmed = ({ id, tokenPassword }: User): boolean =>
    confirmed.has(id) && confirmed.get(id) === tokenPassword;
  return async () => {
    const { objects, repeated } = takeUnique(await readDocument(client, { ...userPool, onRepairs }));
    const users = new Map(objects.map((user) => [user.id, user]));
    const ofOthers = [...new Set(creators())].filter((id) => users.has(id));
    const doubtful = ofOthers.filter((id) => {
      const user = users.get(id);
      return user !== undefined && !repeated.includes(id) && !isConfirmed(user);
    });
    for (const id of [...repeated, ...doubtful]) users.delete(id);
    for (const id of [...repeated.slice(0, mostReadAlone), ...doubtful]) {
      const user = await readAlone(id);
      if (user !== undefined) users.set(id, user);
    }
    confirmed = new Map(
      ofOthers.flatMap((id) => {
        const user = users.get(id);
        return user === undefined ? [] : [[id, user.tokenPassword] as const];
      }),
    );
    return users;
  };
};
