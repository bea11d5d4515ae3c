/** The files of the package that go into a VM. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { GuestSources } from '../../../guest/templates/guest-setup.ts';
import { packageFolder } from '../../../lib/io/this-process.ts';

export const readGuestFiles = async (): Promise<GuestSources> => {
  const read = (name: string): Promise<string> => readFile(path.join(packageFolder(), 'guest', name), 'utf8');
  return {
    script: await read('power-guest.sh'),
    unit: await read('power-guest.service'),
    openrc: await read('power-guest.openrc'),
  };
};
