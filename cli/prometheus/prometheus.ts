/** `oneext prometheus`: what Prometheus should scrape. One verb a file, listed here. */
import type { VerbGroup } from '../command.ts';
import { patch } from './patch.ts';
import { scaleOut } from './scale-out.ts';
import { sync } from './sync.ts';
import { unpatch } from './unpatch.ts';

export const prometheus: VerbGroup = {
  about: 'What Prometheus should scrape.',
  verbs: [patch, scaleOut, sync, unpatch],
};
