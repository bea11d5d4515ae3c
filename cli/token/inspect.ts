/** `oneext token inspect`: what a token says. */
import { readToken } from '../../auth-biscuit/io/tokens.ts';
import { flagsOnly } from '../../lib/config/options.ts';
import { defineVerb } from '../command.ts';
import { biscuits } from './io/biscuits.ts';
import { readTokenText } from './io/token-input.ts';
import { publicKeyOption } from './token-options.ts';

/** Names in tokens may hold anything: what a terminal would act on is shown escaped. */
const printable = (text: string): string =>
  text.replaceAll(/[^\P{C}\n]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);

const indent = (text: string): string => text.trimEnd().replaceAll(/^/gm, '  ');

export const inspect = defineVerb({
  name: 'inspect',
  summary: 'show what a token says, and whether a public key has signed it',
  operands: '[FILE]',
  details: `The token is read from FILE, or from stdin. Checks are shown, and not evaluated. With --public-key the exit code
is 77 if the signature does not verify with it.`,
  options: flagsOnly({ 'public-key': publicKeyOption }),
  run: async ({ options, operands }, terminal) => {
    const { blocks, sealed, verified } = readToken(
      biscuits(),
      readTokenText(operands),
      options['public-key'],
    );
    const shown = blocks.map(({ source, revocationId, thirdParty }, index) => {
      const author = thirdParty === undefined ? '' : ` of the third party ${thirdParty}`;
      const name = index === 0 ? 'Authority block' : `Block ${index}${author}`;
      return `${name}:\n${indent(printable(source))}\n  revocation id: ${revocationId}\n`;
    });
    const signature = verified ? 'verified with the public key' : 'NOT VERIFIED (--public-key verifies it)';
    const sealing = sealed ? 'sealed: it cannot be attenuated' : 'not sealed: it can be attenuated';
    terminal.writeResult(`${shown.join('\n')}\nSignature: ${signature}\nThe token is ${sealing}.\n`);
  },
});
