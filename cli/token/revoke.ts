/** `oneext token revoke`: adds a token to the file of revoked ids. */
import { readRevocationIds } from '../../auth-biscuit/io/tokens.ts';
import { textOf, type Verb } from '../command.ts';
import { addRevocation, defaultRevocationFile } from './io/revocation-file.ts';
import { readTokenText } from './io/token-input.ts';

export const revoke: Verb = {
  name: 'revoke',
  summary: 'refuse a token, and all that are attenuated from it, from now on',
  operands: '[FILE]',
  details: `The token is read from FILE, or from stdin. The id of its last block goes to the file that revocation_file in
/etc/one/auth/biscuit.yaml names. oned remembers a login for SESSION_EXPIRATION_TIME (900 s): until then the
token may still work.`,
  options: {
    file: { form: 'FILE', help: 'the file of revoked ids (default: revocation_file of biscuit.yaml)' },
    all: { form: '', help: 'the id of the first block: the token that this one was attenuated from as well' },
  },
  run: async (given, terminal) => {
    const file = textOf(given, 'file') ?? (await defaultRevocationFile(terminal.environment));
    const ids = readRevocationIds(readTokenText(given));
    const id = (given.values['all'] === true ? ids[0] : ids.at(-1)) ?? '';
    const added = addRevocation(file, id);
    terminal.writeNote(`${added ? 'Added to' : 'Stands already in'} ${file}:\n`);
    terminal.writeResult(`${id}\n`);
  },
};
