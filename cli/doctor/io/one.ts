/** Asks OpenNebula who it is and who we are. */
import { stat } from 'node:fs/promises';
import { shownUrl } from '../../../lib/http/http-url.ts';
import { readEndpointUrl } from '../../../lib/io/connect-one.ts';
import { findOneAuth } from '../../../lib/io/one-client.ts';
import { readDocument } from '../../../lib/io/read-pool.ts';
import { accountShape, parseAccount } from '../../../lib/one/account.ts';
import { isWeakTokenPassword, userPool } from '../../../lib/one/user.ts';
import type { Surroundings } from '../check.ts';
import type { OneFacts } from '../one.ts';
import { attempt } from './attempt.ts';

const ownId = -1;

export const probeOne = async ({ environment, user, client, hosts }: Surroundings): Promise<OneFacts> => {
  const [auth, endpoint, version, account, count, weakUsers] = await Promise.all([
    attempt(async () => {
      const { path } = await findOneAuth(environment);
      return { path, mode: (await stat(path)).mode };
    }),
    attempt(async () => {
      return shownUrl(await readEndpointUrl(environment));
    }),
    attempt(async () => String(await (await client()).call('one.system.version', []))),
    attempt(async () => {
      const [found] = await readDocument(await client(), {
        method: 'one.user.info',
        parameters: [ownId],
        objectName: 'USER',
        shape: accountShape,
        parse: parseAccount,
      });
      if (found === undefined) throw new Error('one.user.info says nothing of the user');
      return found;
    }),
    attempt(async () => (await hosts()).length),
    attempt(async () =>
      (await readDocument(await client(), userPool))
        .filter(({ tokenPassword }) => tokenPassword !== undefined && isWeakTokenPassword(tokenPassword))
        .map(({ name }) => name),
    ),
  ]);
  return { user, auth, endpoint, version, account, hosts: count, weakUsers };
};
