/** Failures of tokens and of the auth driver. */
import { defineErrors } from '../lib/errors/oneext-error.ts';

export const authError = defineErrors({
  AUTH_REQUEST_INVALID: {
    exitCode: 77,
    message: 'the request of oned cannot be read: {detail}',
    hint: 'OpenNebula 6.10 to 7.4 writes it as auth-biscuit/README.md says',
  },
  AUTH_KEY_INVALID: {
    exitCode: 77,
    message: 'the password of the user in OpenNebula is no public key: {detail}',
    hint: 'set it with: oneuser passwd USER PUBLIC_KEY --driver biscuit; oneext token keypair makes one',
  },
  AUTH_CONFIG_INVALID: {
    exitCode: 77,
    message: '{path} has {count} problem(s): {problems}',
    hint: 'nobody can log in with a token until it is corrected; see auth-biscuit/README.md for the keys',
  },
  AUTH_TOKEN_TOO_LARGE: {
    exitCode: 77,
    message: 'the token is refused: it needs more than 128 MiB, or is too deeply nested',
    hint: 'a token of a few blocks needs a fiftieth of that; ask whoever attenuated it last for a smaller one',
  },
  AUTH_LIBRARY_UNUSABLE: {
    exitCode: 77,
    message: 'cannot load the token library {file}: {detail}',
    hint: 'the installation is incomplete: copy all files of dist again',
  },
  TOKEN_UNREADABLE: {
    exitCode: 1,
    message: 'the token cannot be read: {detail}',
    hint: 'give the whole token, as oneext token create prints it, in a file or on stdin',
  },
  TOKEN_UNVERIFIED: {
    exitCode: 77,
    message: 'the token is not one of this public key: {detail}',
    hint: 'oneuser show USER has the key that counts under PASSWORD; without --public-key the token is shown unverified',
  },
});
