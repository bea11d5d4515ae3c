/** A lab of real hypervisors on one machine for tests and bench: QEMU, libvirt, Open vSwitch, ssh. Needs root. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LabOptions {
  readonly hosts?: readonly string[];
  /** `database`: it is installed, and ovs-vswitchd does not run. */
  readonly openVswitch?: boolean | 'database';
  /** Of the cable, in each direction, as tc(8) has it. */
  readonly rate?: string;
  /** Files that the machine has besides its own, by path below the root. */
  readonly besides?: Readonly<Record<string, string>>;
}

export interface Guest {
  readonly host: string;
  readonly id: number;
  /** MiB of random words in its memory. */
  readonly fillMib?: number;
  /** Whether its disk is on a datastore that only its host has. */
  readonly isLocal?: boolean;
  /** Boots a Linux in place of what make-guest.sh makes. */
  readonly linux?: GuestLinux;
}

export interface GuestLinux {
  /** Files outside of the lab. */
  readonly kernel: string;
  readonly initramfs: string;
  /** More XML: of its devices, and after them. */
  readonly devices?: string;
  readonly more?: string;
  /** What its console has as soon as it is up. */
  readonly says: RegExp;
}

export interface Migration {
  readonly child: ChildProcess;
  /** stdout and stderr so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<number | null>;
}

/** Where this is started is the repository's root. */
const folder = path.resolve('simulator/migration-lab');
const oneadmin = 9869;
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Polls until something holds: what happens in the lab has no event that reaches us. */
export const until = async (what: string, holds: () => boolean, timeoutMs = 30_000): Promise<void> => {
  const end = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await sleep(50);
  }
};

/** Who ends the lab: a test, or a bench. */
export interface LabOwner {
  after(end: () => void): void;
}

export const startMigrationLab = (owner: LabOwner, options: LabOptions = {}) => {
  const { hosts = ['hostA', 'hostB'], openVswitch = true, rate = '', besides = {} } = options;
  const state = mkdtempSync(path.join(tmpdir(), 'oxm-'));
  owner.after(() => void execFileSync(path.join(folder, 'down.sh'), [state]));
  for (const [name, text] of Object.entries(besides)) {
    const file = path.join(state, 'besides', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
  execFileSync(
    path.join(folder, 'up.sh'),
    [state, path.resolve('.'), process.execPath, 'frontend', ...hosts],
    {
      env: {
        PATH: searchPath,
        SWITCH: typeof openVswitch === 'string' ? openVswitch : openVswitch ? 'openvswitch' : 'none',
        ...(rate === '' ? {} : { RATE: rate }),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const pidOf = (host: string): string => readFileSync(path.join(state, `${host}.pid`), 'utf8').trim();
  const enter = (host: string, user: 'root' | 'oneadmin'): readonly string[] => {
    const home = user === 'root' ? '/root' : '/var/lib/one';
    const as = user === 'root' ? [] : ['setpriv', '--reuid', user, '--regid', user, '--init-groups'];
    const variables = [`PATH=${searchPath}`, `HOME=${home}`, `USER=${user}`, `LOGNAME=${user}`, 'LC_ALL=C'];
    const namespaces = ['-n', '-m', '-u', '-i', '-p', '-r', '-w'];
    return ['-t', pidOf(host), ...namespaces, '--', ...as, 'env', '-i', ...variables];
  };
  const run = (host: string, user: 'root' | 'oneadmin', argv: readonly string[]): string =>
    execFileSync('nsenter', [...enter(host, user), ...argv], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const root = (host: string, ...argv: readonly string[]): string => run(host, 'root', argv);
  const virsh = (host: string, ...argv: readonly string[]): string =>
    run(host, 'oneadmin', ['virsh', '-q', '-c', 'qemu:///system', ...argv]);
  const wire = (...argv: readonly string[]): string =>
    execFileSync('nsenter', ['-t', pidOf('wire'), '-n', '--', ...argv], { encoding: 'utf8' });

  const guests = new Map<number, Guest>();
  const sharedFolder = (id: number): string => path.join(state, 'share/0', String(id));
  const diskFolder = ({ id, isLocal = false }: Guest): string =>
    isLocal ? `/var/lib/one/local/${id}` : `/var/lib/one/datastores/0/${id}`;
  const textOf = (id: number): string =>
    readFileSync(path.join(sharedFolder(id), 'console.log'), 'latin1').replaceAll('\r', '');
  const consoleOf = (id: number): readonly string[] =>
    textOf(id)
      .split('\n')
      .filter((line) => /^I=\w+ T=\w+$/.test(line));

  const startGuest = async (guest: Guest): Promise<void> => {
    const { host, id, fillMib = 96, isLocal = false, linux } = guest;
    guests.set(id, guest);
    const shared = sharedFolder(id);
    mkdirSync(shared, { recursive: true });
    execFileSync(path.join(folder, 'make-guest.sh'), [path.join(shared, 'disk.0'), String(fillMib), '0']);
    writeFileSync(path.join(shared, 'console.log'), '');
    const seen = `/var/lib/one/datastores/0/${id}`;
    if (linux !== undefined) {
      copyFileSync(linux.kernel, path.join(shared, 'kernel'));
      copyFileSync(linux.initramfs, path.join(shared, 'initramfs'));
    }
    const boot =
      linux === undefined
        ? `<boot dev='hd'/></os>`
        : `<kernel>${seen}/kernel</kernel><initrd>${seen}/initramfs</initrd><cmdline>console=ttyS0 quiet panic=-1</cmdline></os>`;
    const disk = `${diskFolder(guest)}/disk.0`;
    writeFileSync(
      path.join(shared, 'deployment.0'),
      `<domain type='qemu' xmlns:one='http://opennebula.org/xmlns/libvirt/1.0'><name>one-${id}</name>
<metadata><one:vm><one:system_datastore>${diskFolder(guest)}</one:system_datastore></one:vm></metadata><memory unit='MiB'>${fillMib + 32}</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type>${boot}<features><acpi/></features>
<devices><emulator>/usr/bin/qemu-kvm-one</emulator>
<disk type='file' device='disk'><driver name='qemu' type='raw' cache='${isLocal ? 'writeback' : 'none'}'/><source file='${disk}'/><target dev='vda' bus='virtio'/></disk>
<serial type='file'><source path='/var/lib/one/datastores/0/${id}/console.log' append='on'/><target port='0'/></serial>
<memballoon model='none'/>${linux?.devices ?? ''}</devices>${linux?.more ?? ''}</domain>\n`,
    );
    for (const name of ['', 'disk.0', 'console.log', 'deployment.0'])
      chownSync(path.join(shared, name), oneadmin, oneadmin);
    if (isLocal) {
      run(host, 'oneadmin', ['mkdir', '-p', diskFolder(guest)]);
      run(host, 'oneadmin', ['cp', `/var/lib/one/datastores/0/${id}/disk.0`, disk]);
    }
    try {
      virsh(host, 'create', `/var/lib/one/datastores/0/${id}/deployment.0`);
    } catch (cause) {
      const logs = [`/opt/state/${host}.libvirtd.log`, `/var/log/libvirt/qemu/one-${id}.log`];
      throw new Error(root(host, 'sh', '-c', 'tail -n 40 "$@" 2>&1 || :', 'tail', ...logs), { cause });
    }
    const isUp = (): boolean =>
      linux === undefined ? consoleOf(id).length > 1 : linux.says.test(textOf(id));
    await until(`guest ${id} is up`, isUp, 60_000).catch((thrown: unknown) => {
      throw new Error(`its console: ${textOf(id).slice(-2000)}`, { cause: thrown });
    });
  };

  const formatDocument = (id: number, source: string, destination: string): string => {
    const guest = guests.get(id) ?? { host: source, id };
    const shared = guest.isLocal === true ? 'NO' : 'YES';
    return `<VMM_DRIVER_ACTION_DATA><HOST>${source}</HOST><MIGR_HOST>${destination}</MIGR_HOST><DEPLOY_ID>one-${id}</DEPLOY_ID><DISK_TARGET_PATH>${diskFolder(guest)}</DISK_TARGET_PATH><DATASTORE><BASE_PATH>${path.dirname(diskFolder(guest))}</BASE_PATH><TEMPLATE><SHARED>${shared}</SHARED></TEMPLATE></DATASTORE><VM><ID>${id}</ID></VM></VMM_DRIVER_ACTION_DATA>\n`;
  };

  /** As oned starts it on the front-end. */
  const startMigration = (
    id: number,
    source: string,
    destination: string,
    flags: readonly string[] = [],
    frontEnd = 'frontend',
  ): Migration => {
    const words = [`one-${id}`, destination, source, String(id), source];
    const program = ['/opt/node', '/opt/repository/dist/vmm/kvm/migrate_tunnel'];
    const child = spawn('nsenter', [...enter(frontEnd, 'oneadmin'), ...program, ...flags, ...words]);
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (piece: Buffer) => {
        output[name] += piece.toString();
      });
    child.stdin.end(Buffer.from(formatDocument(id, source, destination)).toString('base64'));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, output: () => output, ended };
  };

  /** The driver as oned starts it on the source, without us. */
  const migrateDirectly = (id: number, source: string, destination: string): void => {
    const driver = ['/var/tmp/one/vmm/kvm/migrate', `one-${id}`, destination, source, String(id), source];
    const input = formatDocument(id, source, destination);
    const argv = [...enter('frontend', 'oneadmin'), 'ssh', source, ...driver];
    execFileSync('nsenter', argv, { input, stdio: ['pipe', 'ignore', 'pipe'] });
  };

  /** Tunnels, addresses of tunnels, and files of migrations that a host has. */
  const leftOn = (host: string): readonly string[] => {
    const links = root(host, 'ip', '-brief', 'link')
      .split('\n')
      .filter((line) => line.startsWith('omig'));
    const addresses = root(host, 'ip', '-brief', 'address')
      .split('\n')
      .filter((line) => /198\.1[89]\./.test(line));
    const bridges = openVswitch
      ? root(host, 'ovs-vsctl', 'list-br')
          .split('\n')
          .filter((line) => line.startsWith('omig'))
      : [];
    const files = root(host, 'find', '/var/tmp', '/tmp', '-maxdepth', '1', '-name', 'oneext-*')
      .split('\n')
      .filter(Boolean);
    return [...links, ...addresses, ...bridges, ...files];
  };
  const whereIs = (id: number): readonly string[] =>
    hosts.filter((host) =>
      spawnSync(
        'nsenter',
        [...enter(host, 'oneadmin'), 'virsh', '-q', '-c', 'qemu:///system', 'domstate', `one-${id}`],
        { encoding: 'utf8' },
      ).stdout.includes('running'),
    );

  return {
    state,
    hosts,
    root,
    virsh,
    wire,
    run,
    startGuest,
    startMigration,
    migrateDirectly,
    leftOn,
    whereIs,
    consoleOf,
    textOf,
    enter,
    pidOf,
  };
};

export type MigrationLab = ReturnType<typeof startMigrationLab>;

/** The guest has gone on, and was not booted again. */
export const ticksOn = async (lab: MigrationLab, id: number): Promise<boolean> => {
  const lines = lab.consoleOf(id);
  await until(`guest ${id} goes on ticking`, () => lab.consoleOf(id).length > lines.length + 2);
  return new Set(lab.consoleOf(id).map((line) => line.slice(0, 10))).size === 1;
};
