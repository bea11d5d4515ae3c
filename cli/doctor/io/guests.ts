/** Reads what the proxies of the hypervisors forward, where guests are served. */
import { readFile } from 'node:fs/promises';
import { readForwards } from '../../../front-end-installer/tproxy-conf.ts';
import { tproxyConf } from '../../install/front-end.ts';
import type { Surroundings } from '../check.ts';
import type { GuestsFacts } from '../guests.ts';
import { attempt } from './attempt.ts';

export const probeGuests = async ({ options, places }: Surroundings): Promise<GuestsFacts> => {
  const file = tproxyConf(places);
  return {
    guest: options['guest.listen-address'],
    web: options['web.listen-address'],
    file,
    forwards: await attempt(async () => readForwards(await readFile(file, 'latin1'))),
  };
};
