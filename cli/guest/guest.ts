/** `oneext guest`: VMs that see their own power. One verb a file, listed here. */
import type { VerbGroup } from '../command.ts';
import { share } from './share.ts';
import { strengthen } from './strengthen.ts';
import { template } from './template.ts';
import { unshare } from './unshare.ts';

const about = `A VM gets its own power from the exporter (--guest.listen-address) for the token that it has for OneGate.`;

export const guest: VerbGroup = { about, verbs: [template, share, unshare, strengthen] };
