/** `oneext token keypair`: a new pair of keys. */
import { createKeyPair } from '../../auth-biscuit/io/tokens.ts';
import { textOf, type Verb } from '../command.ts';
import { biscuits } from './io/biscuits.ts';
import { defaultKeyFile, privateKeyFileOption, writePrivateKey } from './io/key-file.ts';

export const keypair: Verb = {
  name: 'keypair',
  summary: 'make a pair of keys: the private one goes to a file, the public one to stdout',
  operands: '',
  details: `The file is made with mode 0600; one that exists is never replaced. With the public key the user is made:
oneuser create USER PUBLIC_KEY --driver biscuit`,
  options: { 'private-key-file': privateKeyFileOption },
  run: async (given, terminal) => {
    const file = textOf(given, 'private-key-file') ?? defaultKeyFile(terminal.environment);
    const { privateKey, publicKey } = createKeyPair(biscuits());
    writePrivateKey(file, privateKey);
    terminal.writeNote(`The private key is in ${file}; keep it to yourself. The public key:\n`);
    terminal.writeResult(`${publicKey}\n`);
  },
};
