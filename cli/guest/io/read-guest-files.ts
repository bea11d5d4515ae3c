/** The files of the package that go into a VM. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import type { GuestSources } from '../../../guest/templates/guest-setup.ts';
import { isMapping } from '../../../lib/mapping.ts';

/** @param folder that of power-guest.sh */
export const readGuestFiles = async (folder: string): Promise<GuestSources> => {
  const read = (name: string): Promise<string> => readFile(path.join(folder, name), 'utf8');
  const readManifests = async (name: string): Promise<readonly string[]> => {
    const own = `kubernetes/${name}`;
    const kustomization: unknown = parse(await read(`${own}/kustomization.yaml`));
    const resources = isMapping(kustomization) ? kustomization['resources'] : undefined;
    return Promise.all((Array.isArray(resources) ? resources : []).map((file) => read(`${own}/${file}`)));
  };
  return {
    script: await read('power-guest.sh'),
    unit: await read('power-guest.service'),
    openrc: await read('power-guest.openrc'),
    manifests: {
      namespace: await readManifests('namespace'),
      'power-guest': await readManifests('power-guest'),
      scaphandre: await readManifests('scaphandre'),
      kepler: await readManifests('kepler'),
    },
  };
};
