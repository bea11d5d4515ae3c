/** `oneext token create`: a token that is a user's password. */
import { createToken } from '../../auth-biscuit/io/tokens.ts';
import { isUserName } from '../../auth-biscuit/request.ts';
import { flagsOnly, type OptionSpec } from '../../lib/config/options.ts';
import { defineVerb } from '../command.ts';
import { biscuits } from './io/biscuits.ts';
import { readPrivateKey } from './io/key-file.ts';
import { blockContent, checkOption, expandHome, privateKeyFileOption, ttlOption } from './token-options.ts';

const userOption: OptionSpec<string> = {
  form: 'NAME',
  help: 'the user of OpenNebula, exactly as oneuser list shows it',
  parse: (text) => (isUserName(text) ? { value: text } : { mustBe: 'a user name of OpenNebula' }),
};

export const create = defineVerb({
  name: 'create',
  summary: "sign a token that is a user's password; it goes to stdout",
  operands: '',
  details: '',
  options: flagsOnly({
    user: userOption,
    'private-key-file': privateKeyFileOption,
    ttl: ttlOption(
      'how long the token is valid, such as 30m or 7d, or none for a token that never ends',
      '8h',
    ),
    check: checkOption,
  }),
  run: async ({ options }, { environment, now, writeNote, writeResult }) => {
    const content = { ...blockContent(options, now()), user: options.user };
    const privateKey = readPrivateKey(expandHome(options['private-key-file'], environment));
    const token = createToken(biscuits(), privateKey, content);
    writeNote(
      content.expires === undefined
        ? 'The token never expires. Once it is revoked, it is refused within 15 minutes.\n'
        : `The token is valid until ${content.expires.toISOString()}.\n`,
    );
    writeResult(`${token}\n`);
  },
});
