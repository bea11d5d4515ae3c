/**
 * A hypervisor made of files, on which host.sh runs for real: its file tree is a temporary folder, its programs are
 * the stand-ins of test/host-installer/stubs, and of the machine's own there are core utilities only.
 */
import { execFileSync, spawn } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { collectOutput } from './child-output.ts';
import { repositoryPath } from './expected.ts';
import { fact, type HostDescription, type Places, provide, putAll, putUnit } from './made-host-files.ts';

export interface RunResult {
  readonly exit: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The calls that change the host, a line each. */
  readonly actions: string;
}

/** Where and how a call that changes the host is broken; a signal is sent to host.sh. */
export interface Break {
  readonly at: number;
  readonly how: 'before' | 'after' | 'TERM' | 'KILL';
}

export interface MadeHost {
  readonly root: string;
  /** The whole environment of what runs on it. */
  readonly environment: Readonly<Record<string, string>>;
  run(argv: readonly string[], broken?: Break): Promise<RunResult>;
  change(description: HostDescription): void;
  /** How many calls have changed the host in the last run, files included. */
  countedCalls(): number;
  /** All that is there: path -> text. Without what moves or is a record of the test. */
  snapshot(): Readonly<Record<string, string>>;
  remove(): void;
}

const defaults = {
  system: 'debian-12',
  kernel: '6.1.0-40-amd64',
  cpu: { vendor: 'GenuineIntel', family: 6, model: 'Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz' },
  virtualization: 'none',
  modules: { intel_rapl_common: 'loadable', intel_rapl_msr: 'loadable' },
  powercap: 'works',
  engines: { docker: 'works' },
  packages: ['curl', 'podman', 'nftables'],
  curl: true,
  hostname: 'kvm-host',
  address: '192.0.2.7',
  hostIds: ['2'],
  agents: {
    'docker.io/hubblo/scaphandre:1.0.2': 'measures',
    scaphandre: 'measures',
    'quay.io/sustainable_computing_io/kepler:v0.11.4': 'measures',
    kepler: 'measures',
    onepower: 'measures',
    telegraf: 'measures',
  },
  uid: 0,
} as const satisfies HostDescription;

/** Programs of the machine that host.sh and the stand-ins may use. */
const coreUtilities =
  'bash env awk cat chmod cp cut dirname find flock grep head ln mkdir readlink rm rmdir sed sha256sum sort tail tar tr wc'.split(
    ' ',
  );

const standIns: Readonly<Record<string, readonly string[]>> = {
  'kernel.sh': [
    'uname',
    'id',
    'dmesg',
    'modprobe',
    'modinfo',
    'sleep',
    'systemd-detect-virt',
    'make-powercap',
  ],
  'packages.sh': ['apt-get', 'apt-cache', 'dnf'],
  'systemctl.sh': ['systemctl', 'journalctl'],
  'network.sh': ['hostname', 'getent', 'ip', 'ss'],
  'files.sh': ['mv'],
};

const pathOf = new Map<string, string>();
const realPath = (program: string): string => {
  const known = pathOf.get(program);
  if (known !== undefined) return known;
  const found = execFileSync('bash', ['-c', 'type -P "$1"', '-', program], { encoding: 'utf8' }).trim();
  pathOf.set(program, found);
  return found;
};

/** Every file below a folder: path -> text. Links stand for themselves. */
const filesBelow = (folder: string): Readonly<Record<string, string>> => {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const stat = lstatSync(path.join(folder, name));
    if (stat.isFile()) found[name] = readFileSync(path.join(folder, name), 'utf8');
    else if (stat.isSymbolicLink()) found[name] = 'link';
  }
  return found;
};

/** Counters move by themselves, a lock file may stay, and records are the test's own. */
const noise =
  /\/energy_uj$|^tree\/run\/opennebula-extensions-host\.lock$|^made\/(actions|counted)$|^made\/registry\/|\/scrapes$|^core\//;

const makePlaces = (folder: string): Places => {
  const [root, made, core] = ['tree', 'made', 'core'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  const bin = path.join(root, 'usr/sbin');
  const folders = ['packages', 'units', 'loadable', 'refused'].map((each) => path.join(made, each));
  for (const each of [...folders, bin, core, `${root}/sys/module`, `${root}/sys/class/powercap`]) {
    mkdirSync(each, { recursive: true });
  }
  for (const program of coreUtilities) symlinkSync(realPath(program), path.join(core, program));
  const environment = {
    PATH: `${bin}:${core}`,
    HOST_ROOT: root,
    MADE_HOST: made,
    STUBS: repositoryPath('test/host-installer/stubs'),
    LANG: 'de_DE.UTF-8',
  };
  return { root, made, bin, environment };
};

/** Runs host.sh to its end. */
const runHostSh = (
  hostSh: string,
  { root, made, environment }: Places,
  argv: readonly string[],
  broken?: Break,
): Promise<RunResult> =>
  new Promise((resolve, reject) => {
    const normalised = (text: string): string =>
      text.replaceAll(root, '').replaceAll(repositoryPath('.'), '');
    const child = spawn(
      realPath('bash'),
      // Stand-ins have to know whom to send a signal.
      ['-c', 'HOST_SH_PID=$$ exec "$@"', '-', hostSh, ...argv],
      {
        env: { ...environment, ...(broken && { BREAK_AT: String(broken.at), BREAK: broken.how }) },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 60_000,
      },
    );
    const output = collectOutput(child);
    child.once('error', reject);
    child.once('close', (exit, signal) =>
      resolve({
        exit,
        signal,
        stdout: normalised(output.stdout),
        stderr: normalised(output.stderr),
        actions: readFileSync(path.join(made, 'actions'), 'utf8'),
      }),
    );
  });

/** @param hostSh another one than the repository's */
export const makeHost = (
  description: HostDescription = {},
  hostSh = repositoryPath('host-installer/host.sh'),
): MadeHost => {
  const folder = mkdtempSync(path.join(tmpdir(), 'made-host-'));
  const places = makePlaces(folder);
  for (const [standIn, programs] of Object.entries(standIns)) {
    for (const program of programs) provide(places, program, standIn);
  }
  putAll(places, { ...defaults, ...description });
  putUnit(places, 'podman-restart.service', false);
  return {
    root: places.root,
    environment: places.environment,
    change: (change) => putAll(places, change),
    run: (argv, broken) => {
      fact(places, 'counted', '0');
      fact(places, 'actions', '');
      return runHostSh(hostSh, places, argv, broken);
    },
    countedCalls: () => Number(readFileSync(path.join(places.made, 'counted'), 'utf8')),
    snapshot: () =>
      Object.fromEntries(
        Object.entries(filesBelow(folder))
          .filter(([file]) => !noise.test(file))
          .map(([file, text]) => [file, text.replaceAll(places.root, '')] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** Where two snapshots differ, for people; empty where they do not. */
export const differenceOf = (
  actual: Readonly<Record<string, string>>,
  expected: Readonly<Record<string, string>>,
): string =>
  [...new Set([...Object.keys(actual), ...Object.keys(expected)])]
    .filter((file) => actual[file] !== expected[file])
    .map((file) => `${file}: ${JSON.stringify(actual[file])} instead of ${JSON.stringify(expected[file])}\n`)
    .join('');
