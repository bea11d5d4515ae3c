/** `oneext token create`: a token that is a user's password. */
import { createToken } from '../../auth-biscuit/io/tokens.ts';
import { isUserName } from '../../auth-biscuit/request.ts';
import { textOf, usageError, type Verb } from '../command.ts';
import { checkOption, readBlockOptions } from './block-options.ts';
import { biscuits } from './io/biscuits.ts';
import { defaultKeyFile, privateKeyFileOption, readPrivateKey } from './io/key-file.ts';

export const create: Verb = {
  name: 'create',
  summary: "sign a token that is a user's password; it goes to stdout",
  operands: '',
  details: '',
  options: {
    user: { form: 'NAME', help: 'the user of OpenNebula, exactly as oneuser list shows it' },
    'private-key-file': privateKeyFileOption,
    ttl: {
      form: 'DURATION',
      help: 'how long it is valid, such as 30m or 7d, or none for ever (default: 8h)',
    },
    check: checkOption,
  },
  run: async (given, terminal) => {
    const user = textOf(given, 'user');
    if (user === undefined) throw usageError('--user is missing');
    if (!isUserName(user)) throw usageError(`--user ${JSON.stringify(user)} is no user name of OpenNebula`);
    const content = { ...readBlockOptions(given, terminal, '8h'), user };
    const file = textOf(given, 'private-key-file') ?? defaultKeyFile(terminal.environment);
    const token = createToken(biscuits(), readPrivateKey(file), content);
    terminal.writeNote(
      content.expires === undefined
        ? 'The token is valid for ever. Revoking it takes effect after 15 minutes at the latest.\n'
        : `The token is valid until ${content.expires.toISOString()}.\n`,
    );
    terminal.writeResult(`${token}\n`);
  },
};
