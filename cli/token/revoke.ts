/** `oneext token revoke`: adds a token to the file of revoked ids. */
import { readRevocationIds } from '../../auth-biscuit/io/tokens.ts';
import { flagsOnly, optional, switchOption, textOption } from '../../lib/config/options.ts';
import { defineVerb } from '../command.ts';
import { addRevocation, defaultRevocationFile } from './io/revocation-file.ts';
import { readTokenText } from './io/token-input.ts';

export const revoke = defineVerb({
  name: 'revoke',
  summary: 'refuse a token, and all tokens that are attenuated from it, from now on',
  operands: '[FILE]',
  details: `The token is read from FILE, or from stdin. The id of its last block goes to the file that revocation_file in
/etc/one/auth/biscuit.yaml names. oned remembers a login for SESSION_EXPIRATION_TIME (900 s): the token may still
work until then.`,
  options: flagsOnly({
    file: optional(
      textOption(
        { help: 'the file of revoked ids, in place of the one that revocation_file in biscuit.yaml names' },
        'FILE',
      ),
    ),
    all: switchOption(
      'revoke the first block: the token that this one was attenuated from is refused as well',
    ),
  }),
  run: async ({ options, operands }, terminal) => {
    const file = options.file ?? (await defaultRevocationFile(terminal.environment));
    const ids = readRevocationIds(readTokenText(operands));
    const id = (options.all ? ids[0] : ids.at(-1)) ?? '';
    const added = await addRevocation(file, id);
    terminal.writeNote(`${added ? 'Added to' : 'It already stands in'} ${file}:\n`);
    terminal.writeResult(`${id}\n`);
  },
});
