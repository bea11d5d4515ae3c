/** Reads what the proxies of the hypervisors forward, where guests are served. */
import { readFile } from 'node:fs/promises';
import { readForwards } from '../../../front-end-installer/tproxy-conf.ts';
import { tproxyConf } from '../../install/front-end.ts';
import type { Surroundings } from '../check.ts';
import type { GuestsFacts } from '../guests.ts';
import { attempt } from './attempt.ts';

export const probeGuests = async ({ options, places, client }: Surroundings): Promise<GuestsFacts> => {
  const file = tproxyConf(places);
  const [version, forwards] = await Promise.all([
    attempt(async () => String(await (await client()).call('one.system.version', []))),
    attempt(async () => readForwards(await readFile(file, 'latin1'))),
  ]);
  return {
    guest: options['guest.listen-address'],
    web: options['web.listen-address'],
    file,
    version: 'value' in version ? version.value : undefined,
    forwards,
  };
};
