/** Brings the provisioning folder of Grafana in line with our dashboards. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { codeOf } from '../../lib/errors/system-error.ts';
import { removeFileIn } from '../../lib/io/held-folder.ts';
import { lookIntoFolder, readTextIn, workInFolder, writeTextIn } from '../../lib/io/work-in-folder.ts';
import { prometheusError } from '../errors.ts';
import {
  dashboardFolder,
  digestFile,
  formatDigests,
  formatProvider,
  type ProvisioningPlan,
  parseDigests,
  planProvisioning,
  providerFile,
} from '../provisioning.ts';

const digestOf = (content: string): string => createHash('sha256').update(content).digest('hex');

export interface Provisioning {
  /** Paths of files. */
  readonly written: readonly string[];
  readonly removed: readonly string[];
  readonly kept: readonly string[];
}

interface Wanted {
  readonly folder: string;
  /** The provider stands above the dashboards; in the digests it has this name. */
  readonly providerName: string;
  readonly contents: ReadonlyMap<string, string>;
}

const readWanted = async (provisioningFolder: string, shipped: string): Promise<Wanted> => {
  const folder = path.join(path.resolve(provisioningFolder), 'dashboards', dashboardFolder);
  const providerName = `../${providerFile}`;
  const names = (await readdir(shipped)).filter((name) => name.endsWith('.json')).sort();
  const contents = new Map([[providerName, formatProvider(folder)]]);
  for (const name of names) contents.set(name, await readFile(path.join(shipped, name), 'utf8'));
  return { folder, providerName, contents };
};

/** Files by the folder that they stand in. */
const placeOf = ({ folder }: Wanted, name: string): readonly [folder: string, name: string] => [
  path.join(folder, path.dirname(name)),
  path.basename(name),
];

const readFound = async (wanted: Wanted, name: string): Promise<string | undefined> => {
  const [folder, base] = placeOf(wanted, name);
  try {
    return await lookIntoFolder<string | undefined>(folder, undefined, (held) => readTextIn(held, base));
  } catch (thrown) {
    if (thrown instanceof OneExtError || codeOf(thrown) !== undefined) throw thrown;
    throw new Error(`${path.join(folder, base)}: ${reasonOf(thrown)}`, { cause: thrown });
  }
};

interface Plan extends ProvisioningPlan {
  /** As the file is now. */
  readonly digestText: string | undefined;
}

const plan = async (wanted: Wanted): Promise<Plan> => {
  const digestText = await readFound(wanted, digestFile);
  const recorded = parseDigests(digestText ?? '');
  const found = new Map<string, string>();
  for (const name of new Set([...wanted.contents.keys(), ...recorded.keys()])) {
    const content = await readFound(wanted, name);
    if (content !== undefined) found.set(name, content);
  }
  return { ...planProvisioning(wanted.contents, found, recorded, digestOf), digestText };
};

const write = async (wanted: Wanted, name: string, content: string): Promise<void> => {
  const [folder, base] = placeOf(wanted, name);
  await workInFolder(folder, (held) => writeTextIn(held, base, content));
};

/**
 * The provider comes last: Grafana then finds all dashboards that it names. The digests are written also where only
 * they are missing, as after a run that was interrupted.
 */
const carryOut = async (
  wanted: Wanted,
  { write: names, remove, digests, digestText }: Plan,
): Promise<void> => {
  const last = (name: string): number => Number(name === wanted.providerName);
  for (const name of remove) {
    const [folder, base] = placeOf(wanted, name);
    await lookIntoFolder(folder, undefined, (held) => removeFileIn(held, base));
  }
  for (const name of [...names].sort((one, other) => last(one) - last(other)))
    await write(wanted, name, wanted.contents.get(name) ?? '');
  const text = formatDigests(digests);
  if (text !== (digestText ?? '')) await write(wanted, digestFile, text);
};

/** Grafana reads nothing of what stands a folder too deep, or too high. */
const requireProvisioningFolder = async (given: string): Promise<void> => {
  const folder = path.resolve(given);
  const parts = folder.split(path.sep);
  const at = parts.lastIndexOf('dashboards');
  const rest = parts.slice(at + 1).join(path.sep);
  if (at > 0 && (rest === '' || rest === dashboardFolder))
    throw prometheusError('GRAFANA_FOLDER', {
      path: given,
      folder: parts.slice(0, at).join(path.sep) || path.sep,
    });
  const below = path.join(folder, 'provisioning');
  const isAbove = await stat(below).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isAbove) throw prometheusError('GRAFANA_FOLDER', { path: given, folder: below });
};

/**
 * @param shipped the folder with our dashboards
 * @param isCheck change nothing, and say what would change
 */
export const provisionGrafana = async (
  provisioningFolder: string,
  shipped: string,
  isCheck: boolean,
): Promise<Provisioning> => {
  try {
    await requireProvisioningFolder(provisioningFolder);
    const wanted = await readWanted(provisioningFolder, shipped);
    const planned = await plan(wanted);
    if (!isCheck) await carryOut(wanted, planned);
    const shown = (names: readonly string[]): readonly string[] =>
      names.map((name) => path.join(wanted.folder, name));
    return { written: shown(planned.write), removed: shown(planned.remove), kept: shown(planned.keep) };
  } catch (thrown) {
    if (thrown instanceof OneExtError) throw thrown;
    throw prometheusError(
      'GRAFANA_PROVISION',
      { path: provisioningFolder, detail: reasonOf(thrown) },
      thrown,
    );
  }
};
