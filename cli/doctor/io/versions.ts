/** Compares, byte by byte, what was installed with what stands beside the executable. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { relocateProgram } from '../../../front-end-installer/wanted-files.ts';
import type { Places } from '../../../lib/one/places.ts';
import type { Surroundings } from '../check.ts';
import type { Attempt } from '../finding.ts';
import type { CopiedPart, CopyState, VersionFacts } from '../versions.ts';
import { attempt } from './attempt.ts';

const compare = async (own: string, copy: string, places: Places): Promise<Attempt<CopyState>> => {
  const compared = await attempt(async () => {
    const [one, other] = await Promise.all([readFile(own), readFile(copy)]);
    return relocateProgram(one, places).equals(other) ? ('same' as const) : ('differs' as const);
  });
  return !('value' in compared) && compared.kind === 'missing' ? { value: 'missing' } : compared;
};

/** Names of the files of a folder, or '' for what is a file itself; none where it is not there. */
const filesAt = async (place: string): Promise<readonly string[]> => {
  const found = await stat(place).catch(() => undefined);
  if (found === undefined) return [];
  return found.isDirectory() ? await readdir(place) : [''];
};

const copiedParts = [
  { part: 'auth', place: 'auth/biscuit' },
  { part: 'live-migrate', place: 'vmm/kvm/migrate_tunnel' },
] as const;

const comparePart = async (
  { part, place }: (typeof copiedParts)[number],
  { suite, places }: Surroundings,
): Promise<CopiedPart> => {
  const own = path.join(suite, place);
  const copy = path.join(places.remotes, place);
  const names = await filesAt(own);
  const compared = await Promise.all(
    names.map(
      async (name) => [name, await compare(path.join(own, name), path.join(copy, name), places)] as const,
    ),
  );
  return { part, place: copy, files: new Map(compared) };
};

export const probeVersions = async (surroundings: Surroundings): Promise<VersionFacts> => {
  const [page, copies] = await Promise.all([
    attempt(surroundings.exporterPage),
    Promise.all(copiedParts.map((part) => comparePart(part, surroundings))),
  ]);
  const exporter =
    'value' in page ? { answers: true, version: page.value.version } : { answers: false, version: undefined };
  return { node: process.version, exporter, copies };
};
