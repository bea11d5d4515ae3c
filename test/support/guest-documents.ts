/** The documents that `oneext guest template` prints, as they are made from the files of guest/. */
import { readFileSync } from 'node:fs';
import { type GuestChoice, type GuestSources, guestAgents, ways } from '../../guest/templates/guest-setup.ts';
import { repositoryPath } from './expected.ts';

const read = (name: string): string => readFileSync(repositoryPath(`guest/${name}`), 'utf8');

export const guestSources: GuestSources = {
  script: read('power-guest.sh'),
  unit: read('power-guest.service'),
  openrc: read('power-guest.openrc'),
};

/** All of them, each with the address of a front-end and without. */
export const guestChoices: readonly GuestChoice[] = ways.flatMap((way) =>
  guestAgents.flatMap((agent) =>
    (way === 'pull' ? [undefined, 'http://192.0.2.1:9926'] : [undefined]).map((url) => ({ way, agent, url })),
  ),
);

export const nameOf = ({ way, agent, url }: GuestChoice): string =>
  `--way ${way} --agent ${agent}${url === undefined ? '' : ` --url ${url}`}`;
