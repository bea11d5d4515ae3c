/** `oneext energy`: the accounts of energy that the exporter keeps. One verb a file, listed here. */
import type { VerbGroup } from '../command.ts';
import { report } from './report.ts';
import { show } from './show.ts';
import { verify } from './verify.ts';

const about = `The exporter counts the energy of VMs and hosts in --energy.directory. Run this as a user who may read that folder:
root, or the user of the exporter.`;

export const energy: VerbGroup = { about, verbs: [report, show, verify] };
