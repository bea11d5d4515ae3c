/** Which files the suite wants on a front-end, and where. */
import type { Places } from '../lib/one/places.ts';
import type { Part } from './parts.ts';

/** A file of the package, by its name below the package's folder (`hooks/vm_scrape_target`). */
export interface PackageFile {
  readonly name: string;
  readonly content: Buffer;
  readonly mode: number;
  /** It is a link, without content: in a checkout, to the Node that built it. */
  readonly linkTo?: string;
}

export interface WantedFile extends Omit<PackageFile, 'name'> {
  readonly path: string;
  /** 'oneadmin' is whoever owns the folder of OpenNebula's drivers. */
  readonly owner: 'root' | 'oneadmin';
  /** What has to accept the content before it takes its place. */
  readonly check?: 'visudo';
}

/** What of the front-end decides which files are wanted. */
export interface FrontEnd {
  readonly places: Places;
  /** The package's own folder is already where the suite belongs. */
  readonly packageIsInPlace: boolean;
  /** /etc/one/prometheus: opennebula-prometheus is installed. */
  readonly hasPrometheus: boolean;
  /** The unit opennebula-exporter.service. */
  readonly hasExporterUnit: boolean;
  /** OpenNebula's package for hypervisors is installed here too. */
  readonly isHypervisor: boolean;
}

const packagedSuite = '/usr/lib/one/opennebula-extensions';

/** Files of ours that name our own folder name the right one. */
export const relocateText = (content: Buffer, { suite }: Places): string =>
  content.toString('utf8').replaceAll(packagedSuite, suite);

const suiteLine = /^installed_suite=.*$/m;

/** A program that stands apart from the suite knows where that is, and so its Node (packaging/heads/find-node.sh). */
export const relocateProgram = (content: Buffer, { suite }: Places): Buffer => {
  if (!content.subarray(0, 1024).includes('\ninstalled_suite=')) return content;
  const quoted = `'${suite.replaceAll("'", "'\\''")}'`;
  // The program is taken byte by byte, and so is the path.
  const line = Buffer.from(`installed_suite=${quoted}`).toString('latin1');
  return Buffer.from(
    content.toString('latin1').replace(suiteLine, () => line),
    'latin1',
  );
};

const unitFolder = '/etc/systemd/system';

/** What stands apart from the suite's folder: its name in the package, where it goes, whose it is. */
const partFiles = (part: Part, { places, hasPrometheus, hasExporterUnit, isHypervisor }: FrontEnd) => {
  type Place = { readonly from: RegExp; readonly to: string; readonly owner: 'root' | 'oneadmin' };
  const rows: readonly (Place & { readonly part: Part; readonly applies: boolean })[] = [
    {
      part: 'exporter',
      from: /^systemd\/(opennebula-exporter\.service\.d\/[^/]+\.conf)$/,
      to: unitFolder,
      owner: 'root',
      applies: hasExporterUnit,
    },
    {
      part: 'geolocation',
      from: /^systemd\/(oneext-geolocation-sync\.(?:service|timer))$/,
      to: unitFolder,
      owner: 'root',
      applies: places.oneLocation === '',
    },
    {
      part: 'prometheus',
      from: /^systemd\/(oneext-prometheus-sync\.(?:service|timer))$/,
      to: unitFolder,
      owner: 'root',
      applies: places.oneLocation === '' && hasPrometheus,
    },
    {
      part: 'auth',
      from: /^auth\/(biscuit\/[^/]+)$/,
      to: `${places.remotes}/auth`,
      owner: 'oneadmin',
      applies: true,
    },
    {
      part: 'prometheus',
      from: /^prometheus\/rules\/([^/]+)$/,
      to: `${places.etc}/prometheus`,
      owner: 'oneadmin',
      applies: hasPrometheus,
    },
    {
      part: 'live-migrate',
      from: /^vmm\/(kvm\/migrate_tunnel)$/,
      to: `${places.remotes}/vmm`,
      owner: 'oneadmin',
      applies: true,
    },
    {
      part: 'live-migrate',
      from: /^(sudoers\.d\/opennebula-extensions)$/,
      to: '/etc',
      owner: 'root',
      applies: isHypervisor,
    },
  ];
  return rows.filter((row) => row.part === part && row.applies);
};

const isSudoers = (path: string): boolean => path.startsWith('/etc/sudoers.d/');

const relocate = ({ name, content }: PackageFile, places: Places): Buffer =>
  /^(?:hooks\/templates|systemd)\//.test(name)
    ? Buffer.from(relocateText(content, places))
    : relocateProgram(content, places);

/** Ordered as they are to be written: the suite itself, then what refers to it. */
export const wantedFiles = (
  frontEnd: FrontEnd,
  parts: readonly Part[],
  packageFiles: readonly PackageFile[],
): readonly WantedFile[] => {
  const { places, packageIsInPlace } = frontEnd;
  const mended = packageFiles.map((file) => ({ ...file, content: relocate(file, places) }));
  const suite: readonly WantedFile[] = packageIsInPlace
    ? []
    : mended.map(({ name, ...file }) => ({ ...file, path: `${places.suite}/${name}`, owner: 'root' }));
  const sample = mended.filter(({ name }) => !packageIsInPlace && name === 'oneext.yaml.sample');
  const samples: readonly WantedFile[] = sample.map(({ name, content }) => ({
    path: `${places.etc}/${name}`,
    content,
    mode: 0o644,
    owner: 'root',
  }));
  const placed = parts.flatMap((part) =>
    partFiles(part, frontEnd).flatMap(({ from, to, owner }) =>
      mended.flatMap(({ name, content, mode }): readonly WantedFile[] => {
        const rest = from.exec(name)?.[1];
        if (rest === undefined) return [];
        const path = `${to}/${rest}`;
        return isSudoers(path)
          ? [{ path, content, mode: 0o440, owner, check: 'visudo' }]
          : [{ path, content, mode, owner }];
      }),
    ),
  );
  return [...suite, ...samples, ...placed];
};

/** A link that should be there. */
export interface WantedLink {
  readonly path: string;
  readonly target: string;
}

const isTimer = (path: string): boolean => path.startsWith(`${unitFolder}/`) && path.endsWith('.timer');

/** What `systemctl enable` would make of the timers: a link, which an image can have as well. */
export const timerLinks = (wanted: readonly Pick<WantedFile, 'path'>[]): readonly WantedLink[] =>
  wanted
    .filter(({ path }) => isTimer(path))
    .map(({ path }) => ({
      path: path.replace(unitFolder, `${unitFolder}/timers.target.wants`),
      target: path,
    }));

/** The units of the timers, of paths that an installation wants or has. */
export const timersOf = (paths: readonly string[]): readonly string[] =>
  [...new Set(paths)].filter(isTimer).flatMap((path) => {
    const unit = path.slice(path.lastIndexOf('/') + 1);
    return path === `${unitFolder}/${unit}` ? [unit] : [];
  });

/** The command in the PATH; made only where the package manager has not. */
export const commandLink = ({ oneLocation }: Places): string =>
  oneLocation === '' ? '/usr/local/bin/oneext' : `${oneLocation}/bin/oneext`;
