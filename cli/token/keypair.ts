/** `oneext token keypair`: a new pair of keys. */
import { createKeyPair } from '../../auth-biscuit/io/tokens.ts';
import { flagsOnly } from '../../lib/config/options.ts';
import { defineVerb } from '../command.ts';
import { biscuits } from './io/biscuits.ts';
import { writePrivateKey } from './io/key-file.ts';
import { expandHome, privateKeyFileOption } from './token-options.ts';

export const keypair = defineVerb({
  name: 'keypair',
  summary: 'make a pair of keys: the private key goes to a file, the public key to stdout',
  operands: '',
  details: `The file is made with mode 0600; a file that exists is never replaced. Create the user with the public key:
oneuser create USER PUBLIC_KEY --driver biscuit`,
  options: flagsOnly({ 'private-key-file': privateKeyFileOption }),
  run: async ({ options }, { environment, writeNote, writeResult }) => {
    const file = expandHome(options['private-key-file'], environment);
    const { privateKey, publicKey } = createKeyPair(biscuits());
    writePrivateKey(file, privateKey);
    writeNote(`The private key is in ${file}; keep it to yourself. The public key:\n`);
    writeResult(`${publicKey}\n`);
  },
});
