/** `--zone NAME=FOLDER`: the accounts of several zones of OpenNebula in one report. */
import path from 'node:path';
import type { OptionSpec } from '../../lib/config/options.ts';

/** A folder of accounts; those of one zone alone need no name. */
export interface ZoneFolder {
  readonly zone: string | undefined;
  readonly folder: string;
}

export const zoneOption: OptionSpec<ZoneFolder> = {
  help: 'instead of --energy.directory: the name of a zone of OpenNebula, and the folder with its accounts or a copy of it; the report has them all, with a column ZONE',
  form: 'NAME=FOLDER',
  parse: (text) => {
    const [, zone, folder] = /^([^=]*[^=\s][^=]*)=(.+)$/s.exec(text) ?? [];
    return zone === undefined || folder === undefined
      ? { mustBe: 'the name of a zone and a folder, such as paris=/srv/energy/paris' }
      : { value: { zone: zone.trim(), folder } };
  },
};

const timesIn = (values: readonly string[], value: string): number =>
  values.filter((one) => one === value).length;

/** What is wrong with the zones together. */
export const zoneProblems = (zones: readonly ZoneFolder[]): readonly string[] => {
  const names = zones.map(({ zone = '' }) => zone);
  const folders = zones.map(({ folder }) => path.resolve(folder));
  return [
    ...[...new Set(names)]
      .filter((name) => timesIn(names, name) > 1)
      .map((name) => `--zone names the zone ${JSON.stringify(name)} more than once`),
    ...[...new Set(folders)]
      .filter((folder) => timesIn(folders, folder) > 1)
      .map((folder) => `--zone gives the folder ${folder} to more than one zone`),
  ];
};
