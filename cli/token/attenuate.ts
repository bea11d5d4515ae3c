/** `oneext token attenuate`: a token that may less, made from one by whoever holds it. */
import { attenuateToken } from '../../auth-biscuit/io/tokens.ts';
import { usageError, type Verb } from '../command.ts';
import { checkOption, readBlockOptions } from './block-options.ts';
import { biscuits } from './io/biscuits.ts';
import { publicKeyOption, readPublicKey, readTokenText } from './io/token-input.ts';

export const attenuate: Verb = {
  name: 'attenuate',
  summary: 'add a block with further checks to a token; the new token goes to stdout',
  operands: '[FILE]',
  details: 'The token is read from FILE, or from stdin. No private key is needed.',
  options: {
    ttl: { form: 'DURATION', help: 'how long the new token is valid; never longer than the old one' },
    check: checkOption,
    'public-key': publicKeyOption,
  },
  run: async (given, terminal) => {
    const content = readBlockOptions(given, terminal, 'none');
    if (content.expires === undefined && content.checks.length === 0)
      throw usageError('--ttl or --check must say what the new token may less');
    const token = attenuateToken(biscuits(), readTokenText(given), readPublicKey(given), content);
    terminal.writeResult(`${token}\n`);
  },
};
