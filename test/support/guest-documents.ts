/** The documents that `oneext guest template` prints, as they are made from the files of guest/. */
import { readGuestFiles } from '../../cli/guest/io/read-guest-files.ts';
import { type GuestChoice, type GuestSources, guestAgents, ways } from '../../guest/templates/guest-setup.ts';
import { repositoryPath } from './expected.ts';

export const guestSources: GuestSources = await readGuestFiles(repositoryPath('guest'));

/** All of them, each with the address of a front-end and without. */
export const guestChoices: readonly GuestChoice[] = ways.flatMap((way) =>
  guestAgents.flatMap((agent) =>
    (way === 'pull' ? [undefined, 'http://192.0.2.1:9926'] : [undefined]).map((url) => ({ way, agent, url })),
  ),
);

export const nameOf = ({ way, agent, url }: GuestChoice): string =>
  `--way ${way} --agent ${agent}${url === undefined ? '' : ` --url ${url}`}`;
