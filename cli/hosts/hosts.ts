/** `oneext hosts`: the hypervisors' side of the suite. One verb a file, listed here. */
import type { VerbGroup } from '../command.ts';
import { installVerb } from './install.ts';
import { statusVerb } from './status.ts';
import { uninstallVerb } from './uninstall.ts';

export const hosts: VerbGroup = {
  about: 'Power agents on hypervisors, and the sudo rules of live migration.',
  verbs: [installVerb, statusVerb, uninstallVerb],
};
