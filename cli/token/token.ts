/** `oneext token`: Biscuit tokens that serve as passwords in OpenNebula. One verb a file, listed here. */
import type { VerbGroup } from '../command.ts';
import { attenuate } from './attenuate.ts';
import { create } from './create.ts';
import { inspect } from './inspect.ts';
import { keypair } from './keypair.ts';
import { revoke } from './revoke.ts';

const about = `Tokens signed with a user's private key are that user's password: oneuser list --user USER --password TOKEN.
Private keys and tokens are read from files or stdin, never from arguments: everybody may see those.`;

export const token: VerbGroup = { about, verbs: [keypair, create, attenuate, inspect, revoke] };
