/** What a made hypervisor is, and how that becomes files which the stand-ins of its programs read. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { repositoryPath } from './expected.ts';

/** How an agent fares once it is started. `dies-on-PORT` dies on that port alone. */
type Behaviour =
  | 'measures'
  | 'dies'
  | `dies-on-${number}`
  | 'no-energy'
  | 'no-power'
  | 'needs-privileged'
  | 'inflates'
  | 'endless';

export interface HostDescription {
  /** A file of test/fixtures/os-release, or its text; null for none. */
  readonly system?: string | { readonly osRelease: string } | null;
  readonly kernel?: string;
  readonly cpu?: { readonly vendor?: string; readonly family?: number; readonly model?: string };
  /** What systemd-detect-virt says. */
  readonly virtualization?: string;
  /** Name of a module -> whether it can be loaded, is loaded already, is in the kernel, or refuses to be loaded. */
  readonly modules?: Readonly<Record<string, 'loadable' | 'loaded' | 'built-in' | 'refused' | 'missing'>>;
  /** The counters, once the driver is there. */
  readonly powercap?: 'works' | 'frozen' | 'unreadable' | 'psys-unreadable' | 'package-1-unreadable' | 'none';
  /** What the kernel has logged. */
  readonly dmesg?: string;
  /** Container engines, and whether they answer. */
  readonly engines?: Readonly<Partial<Record<'docker' | 'podman', 'works' | 'down'>>>;
  /** The program docker is podman. */
  readonly dockerIsPodman?: boolean;
  /** dockerd maps user ids. */
  readonly usernsRemap?: boolean;
  /** Tags that stand for another image by now. */
  readonly movedTags?: readonly string[];
  /** Images that were built on this host: they have no digest. */
  readonly builtImages?: readonly string[];
  /** Restart policies that containers have now. */
  readonly restartPolicies?: Readonly<Record<string, string>>;
  /** Units that are disabled. */
  readonly disabledUnits?: readonly string[];
  /** Containers that others made, running. */
  readonly foreignContainers?: readonly string[];
  /** Packages that the distribution has. */
  readonly packages?: readonly string[];
  readonly curl?: boolean;
  /** Telegraf is installed, and runs; and sudo, with a visudo that knows Telegraf's rule. */
  readonly telegraf?: boolean;
  readonly hostname?: string;
  /** What the host's name resolves to, separated by blanks; empty for nothing. */
  readonly address?: string;
  /** Addresses that no interface of the host has; all others are its own. */
  readonly foreignAddresses?: readonly string[];
  /** The ids in the names of the monitoring probes' files. */
  readonly hostIds?: readonly string[];
  /** Image, or `scaphandre`, `kepler` or `onepower` for the native one -> how it fares. Only these can be pulled. */
  readonly agents?: Readonly<Record<string, Behaviour>>;
  /** Port -> the program that listens on it. */
  readonly listeners?: Readonly<Record<string, string>>;
  /** Agents that are there, by the name of their container or unit: what has become of them. */
  readonly agentsNow?: Readonly<Record<string, 'stopped' | Behaviour>>;
  /** What somebody else has done to the table of nftables that host.sh loaded. */
  readonly table?: 'flushed' | 'changed';
  /** Units that are stopped. */
  readonly stoppedUnits?: readonly string[];
  /** Units of others that are active. */
  readonly activeUnits?: readonly string[];
  /** Path -> text. */
  readonly files?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Security modules of the kernel. */
  readonly confinement?: readonly ('apparmor' | 'selinux')[];
}

const mangled = (name: string): string => name.replaceAll(/[/:]/g, '_');

const write = (file: string, text: string): void => {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
};

const cpuinfo = ({ vendor, family, model }: NonNullable<HostDescription['cpu']>): string =>
  ['0', '1']
    .map(
      (processor) =>
        `processor\t: ${processor}\n${vendor === undefined ? '' : `vendor_id\t: ${vendor}\n`}` +
        `${family === undefined ? '' : `cpu family\t: ${family}\n`}model name\t: ${model ?? 'a CPU'}\n` +
        'physical id\t: 0\nflags\t\t: fpu msr sse2\n',
    )
    .join('\n');

const engineFolders = ['engines/docker/containers', 'engines/podman/containers', 'units'];

/** Where the parts of a made host stand. */
export interface Places {
  readonly root: string;
  readonly made: string;
  readonly bin: string;
  readonly environment: Readonly<Record<string, string>>;
}

export const fact = ({ made }: Places, name: string, text: string): void =>
  write(path.join(made, name), text);

export const provide = ({ bin }: Places, program: string, standIn: string): void => {
  const file = path.join(bin, program);
  if (!existsSync(file)) symlinkSync(repositoryPath('test/host-installer/stubs', standIn), file);
};

const putModules = (places: Places, modules: NonNullable<HostDescription['modules']>): void => {
  const { root, made, bin, environment } = places;
  for (const [name, how] of Object.entries(modules)) {
    for (const each of ['loadable', 'refused']) rmSync(path.join(made, each, name), { force: true });
    if (how === 'loadable' || how === 'loaded') fact(places, `loadable/${name}`, '');
    if (how === 'refused') fact(places, `refused/${name}`, '');
    if (how === 'loaded') mkdirSync(path.join(root, 'sys/module', name), { recursive: true });
  }
  const entries = Object.entries(modules);
  const builtIn = entries.filter(([, how]) => how === 'built-in').map(([name]) => name);
  const kernel = readFileSync(path.join(made, 'kernel'), 'utf8');
  write(
    path.join(root, 'lib/modules', kernel, 'modules.builtin'),
    builtIn.map((name) => `kernel/drivers/powercap/${name}.ko\n`).join(''),
  );
  const isThere = ([name, how]: readonly [string, string]): boolean =>
    /^intel_rapl(_msr)?$/.test(name) && (how === 'loaded' || how === 'built-in');
  if (entries.some(isThere))
    execFileSync(path.join(bin, 'make-powercap'), { env: { ...environment, LC_ALL: 'C' } });
};

const putKernel = (places: Places, change: HostDescription): void => {
  if (change.kernel !== undefined) fact(places, 'kernel', change.kernel);
  if (change.dmesg !== undefined) fact(places, 'dmesg', `${change.dmesg}\n`);
  if (change.virtualization !== undefined) fact(places, 'virtualization', change.virtualization);
  if (change.cpu !== undefined) write(path.join(places.root, 'proc/cpuinfo'), cpuinfo(change.cpu));
  if (change.powercap !== undefined) fact(places, 'powercap', change.powercap);
  if (change.modules !== undefined) putModules(places, change.modules);
  for (const each of change.confinement ?? []) {
    const folder = each === 'apparmor' ? 'sys/module/apparmor' : 'sys/fs/selinux';
    mkdirSync(path.join(places.root, folder), { recursive: true });
  }
};

const putEngines = (places: Places, change: HostDescription): void => {
  for (const [engine, how] of Object.entries(change.engines ?? {})) {
    const folder = path.join('engines', engine);
    for (const each of ['images', 'containers']) {
      mkdirSync(path.join(places.made, folder, each), { recursive: true });
    }
    provide(places, engine, 'engine.sh');
    if (how === 'down') fact(places, `${folder}/down`, '');
    else rmSync(path.join(places.made, folder, 'down'), { force: true });
  }
  if (change.dockerIsPodman === true) {
    fact(places, 'docker-is-podman', '');
    provide(places, 'docker', 'engine.sh');
  }
  if (change.usernsRemap === true) fact(places, 'engines/docker/userns-remap', '');
  for (const tag of change.movedTags ?? []) fact(places, `moved-tags/${mangled(tag)}`, '2');
  for (const image of change.builtImages ?? [])
    fact(places, `engines/docker/images/${mangled(image)}`, image);
  const files = {
    label: '',
    image: 'hubblo/scaphandre',
    tag: 'hubblo/scaphandre',
    restart: 'no',
    running: '',
  };
  for (const name of change.foreignContainers ?? []) {
    const container = `engines/docker/containers/${name}`;
    for (const [file, text] of Object.entries(files)) fact(places, `${container}/${file}`, text);
    fact(places, `${container}/command`, 'prometheus --address 0.0.0.0 --port 8080\n');
  }
  for (const [image, how] of Object.entries(change.agents ?? {}))
    fact(places, `agents/${mangled(image)}`, how);
};

export const putUnit = (places: Places, unit: string, isActive: boolean, program = '/usr/bin/true'): void => {
  const text = `[Unit]\nDescription=${unit}\n[Service]\nExecStart=${program}\n`;
  write(path.join(places.root, 'usr/lib/systemd/system', unit), text);
  if (!isActive) return;
  fact(places, `units/${unit}/loaded`, text);
  fact(places, `units/${unit}/active`, '');
};

const putSystem = (places: Places, change: HostDescription): void => {
  const { root } = places;
  if (change.system === null) rmSync(path.join(root, 'etc/os-release'), { force: true });
  else if (typeof change.system === 'object')
    write(path.join(root, 'etc/os-release'), change.system.osRelease);
  else if (change.system !== undefined) {
    const text = readFileSync(repositoryPath('test/fixtures/os-release', change.system), 'utf8');
    write(path.join(root, 'etc/os-release'), text);
  }
  for (const name of change.packages ?? []) fact(places, `available/${name}`, '');
  if (change.curl === true) provide(places, 'curl', 'network.sh');
  if (change.telegraf === true) {
    provide(places, 'telegraf', 'scaphandre.sh');
    provide(places, 'visudo', 'files.sh');
    putUnit(places, 'telegraf.service', true, '/usr/sbin/telegraf');
  }
  for (const name of ['hostname', 'address', 'uid'] as const) {
    if (change[name] !== undefined) fact(places, name, String(change[name]));
  }
  if (change.foreignAddresses !== undefined)
    fact(places, 'foreign-addresses', change.foreignAddresses.join(' '));
  if (change.hostIds !== undefined) rmSync(path.join(root, 'var/tmp/one'), { recursive: true, force: true });
  for (const id of change.hostIds ?? []) write(path.join(root, `var/tmp/one/im/status_kvm_${id}.db`), '');
  for (const [file, text] of Object.entries(change.files ?? {})) write(path.join(root, file), text);
  for (const [port, program] of Object.entries(change.listeners ?? {})) {
    fact(places, `listeners/${port}`, `users:(("${program}",pid=812,fd=3))\n`);
  }
  for (const unit of change.stoppedUnits ?? []) rmSync(path.join(places.made, 'units', unit, 'active'));
  const table = path.join(places.made, 'nft-table');
  if (change.table === 'flushed') rmSync(table);
  if (change.table === 'changed') appendFileSync(table, 'insert rule input accept\n');
  for (const unit of change.activeUnits ?? []) putUnit(places, unit, true);
};

const putAgentsNow = ({ made }: Places, change: HostDescription): void => {
  for (const unit of change.disabledUnits ?? []) rmSync(path.join(made, 'units', unit, 'enabled'));
  for (const [name, policy] of Object.entries(change.restartPolicies ?? {})) {
    const folder = engineFolders.map((each) => path.join(made, each, name)).find((each) => existsSync(each));
    if (folder === undefined) throw new Error(`no container ${name} is there`);
    writeFileSync(path.join(folder, 'restart'), policy);
  }
  for (const [name, how] of Object.entries(change.agentsNow ?? {})) {
    const agent = engineFolders
      .map((folder) => path.join(made, folder, name))
      .find((each) => existsSync(each));
    if (agent === undefined) throw new Error(`no agent ${name} is there`);
    if (how !== 'stopped') writeFileSync(path.join(agent, 'behaviour'), how);
    else
      for (const file of ['running', 'active', 'loaded', 'serves'])
        rmSync(path.join(agent, file), { force: true });
  }
};

export const putAll = (places: Places, change: HostDescription): void => {
  putEngines(places, change);
  putKernel(places, change);
  putSystem(places, change);
  putAgentsNow(places, change);
};
