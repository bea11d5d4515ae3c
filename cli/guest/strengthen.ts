/** `oneext guest strengthen`: a TOKEN_PASSWORD that nobody finds by trying. */
import { randomBytes } from 'node:crypto';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { connectOne } from '../../lib/io/connect-one.ts';
import { allOfPool, readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { isWeakTokenPassword, type User, userPool } from '../../lib/one/user.ts';
import { extendedVmShape, isRunning, parseTokenUsers, parseVm } from '../../lib/one/vm.ts';
import { fewOf } from '../../lib/text/short-lists.ts';
import { cleanLine } from '../../lib/text/terminal-text.ts';
import { checkOption, defineVerb, usageError } from '../command.ts';
import { cliError } from '../errors.ts';

const notDone = -1;
/** one.user.update: merge. */
const append = 1;
const mostShown = 20;

/** By name or id; a name counts first, as a name may be a number. */
const findUser = (users: readonly User[], text: string): User => {
  const found = users.filter(({ name }) => name === text);
  const [user, another] = found.length > 0 ? found : users.filter(({ id }) => String(id) === text);
  if (user === undefined || another !== undefined)
    throw usageError(`${JSON.stringify(text)} is the name or the id of no user; oneuser list shows them`);
  return user;
};

/** VMs that run with a token that was made with the user's password: as their creator, or as the owner without one. */
const runningGuestsOf = (
  client: XmlRpcClient,
  userId: number,
  users: readonly User[],
): Promise<readonly number[]> => {
  const known = new Set(users.map(({ id }) => id));
  return readDocument(client, {
    method: 'one.vmpool.infoextended',
    parameters: [...allOfPool, notDone],
    objectName: 'VM',
    shape: extendedVmShape,
    parse(element) {
      const vm = parseVm(element);
      const { creatorId = -1, ownerId } = parseTokenUsers(element) ?? {};
      const passwordsUser = known.has(creatorId) ? creatorId : ownerId;
      return vm !== undefined && passwordsUser === userId && isRunning(vm) ? vm.id : undefined;
    },
  });
};

export const strengthen = defineVerb({
  name: 'strengthen',
  summary:
    "give a user a long random TOKEN_PASSWORD, with which the OneGate tokens of the user's VMs are made",
  operands: 'USER',
  details: `oned makes TOKEN_PASSWORD from a number of 31 bits: whoever reads the token of one VM finds it within hours, and
with it the tokens of all VMs that this user has created. USER is a name or an id. The new password is shown nowhere.
A user who has another one than oned's is left alone. Log-in passwords stay as they are. VMs that run keep their old
token, which nobody accepts any more, until OpenNebula writes their context again: it says which VMs those are.`,
  options: { check: checkOption, ...suiteOptions },
  run: async ({ operands, options }, terminal) => {
    const [text = ''] = operands;
    const client = await connectOne(terminal.environment, { totalTimeoutMs: options['one.timeout'] });
    const users = await readDocument(client, userPool);
    const user = findUser(users, text);
    const shown = `user ${user.id} (${cleanLine(user.name)})`;
    if (user.tokenPassword !== undefined && !isWeakTokenPassword(user.tokenPassword)) {
      terminal.writeResult(`${shown}: has a TOKEN_PASSWORD that oned has not made; nothing is changed\n`);
      return;
    }
    const guests = await runningGuestsOf(client, user.id, users);
    if (options.check) throw cliError('WOULD_CHANGE', { what: `TOKEN_PASSWORD of ${shown}` });
    const password = randomBytes(36).toString('base64url');
    await client.call('one.user.update', [user.id, `TOKEN_PASSWORD="${password}"`, append]);
    terminal.writeResult(`${shown}: has a new TOKEN_PASSWORD of ${password.length} characters\n`);
    if (guests.length > 0)
      terminal.writeNote(
        `Their tokens are void now: VMs ${fewOf(guests.map(String), mostShown)}. ` +
          'Each gets a new one when it is powered off and on, or when a NIC is attached or detached.\n',
      );
  },
});
