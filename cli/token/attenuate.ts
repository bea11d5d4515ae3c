/** `oneext token attenuate`: a narrower token, derived from a token by whoever holds it. */
import { attenuateToken } from '../../auth-biscuit/io/tokens.ts';
import { flagsOnly } from '../../lib/config/options.ts';
import { defineVerb, usageError } from '../command.ts';
import { biscuits } from './io/biscuits.ts';
import { readTokenText } from './io/token-input.ts';
import { blockContent, checkOption, publicKeyOption, ttlOption } from './token-options.ts';

export const attenuate = defineVerb({
  name: 'attenuate',
  summary: 'add a block with further checks to a token; the new token goes to stdout',
  operands: '[FILE]',
  details: 'The token is read from FILE, or from stdin. No private key is needed.',
  options: flagsOnly({
    ttl: ttlOption('how long the new token is valid; never longer than the old one', 'none'),
    check: checkOption,
    'public-key': publicKeyOption,
  }),
  run: async ({ options, operands }, terminal) => {
    const content = blockContent(options, terminal.now());
    if (content.expires === undefined && content.checks.length === 0)
      throw usageError('give --ttl or --check, which say how the new token is narrower');
    const token = attenuateToken(biscuits(), readTokenText(operands), options['public-key'], content);
    terminal.writeResult(`${token}\n`);
  },
});
