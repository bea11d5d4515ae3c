/** Runs guest/power-guest.sh as a guest would, on a tree of its own. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { repositoryPath } from './expected.ts';
import { temporaryFolder } from './temporary.ts';

export interface PowerGuest {
  /** Of the zone: `name`, `max_energy_range_uj`, `energy_uj`. */
  file(name: string): string;
  readonly zone: string;
  readonly tree: string;
  log(): string;
  /** Resolves when the log has that. */
  said(text: RegExp): Promise<void>;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  end(): Promise<number | null>;
  /** As `kill -9`. */
  kill(): Promise<unknown>;
}

export interface PowerGuestOptions {
  readonly url: string;
  readonly vmId: string;
  readonly token: string;
  readonly tree?: string;
  readonly client?: 'curl' | 'wget' | 'wget2';
  /** The tag of a share, which is read in place of `url`. */
  readonly share?: string;
  /** Commands by name, as shell scripts, that are found before those of the machine. */
  readonly commands?: Readonly<Record<string, string>>;
  /** What one-context would have written. */
  readonly oneEnv?: string;
}

const tools = [
  'sed',
  'tail',
  'head',
  'cat',
  'rm',
  'mv',
  'mkdir',
  'sleep',
  'grep',
  'blkid',
  'findfs',
  'dirname',
  'rmdir',
  'ln',
  'tr',
];

/** Wget2 takes the headers as arguments, and reads no WGETRC. */
const wget2 = `#!/bin/sh
unset WGETRC
[ "$1" != --version ] || { echo 'GNU Wget2 2.1.0 - multithreaded metalink/file/website downloader' && exit 0; }
exec /usr/bin/wget "$@"
`;

/** A PATH with one client for HTTP alone. */
const pathWith = (t: TestContext, { client = 'curl', commands = {} }: PowerGuestOptions): string => {
  const folder = temporaryFolder(t);
  for (const [name, text] of Object.entries(commands))
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${text}`, { mode: 0o755 });
  if (client === 'wget2') writeFileSync(path.join(folder, 'wget'), wget2, { mode: 0o755 });
  const found = [...tools, client].flatMap((tool) =>
    ['/usr/bin', '/bin', '/usr/sbin', '/sbin']
      .map((place) => path.join(place, tool))
      .filter((file) => {
        try {
          readFileSync(file);
          return true;
        } catch {
          return false;
        }
      })
      .slice(0, 1),
  );
  for (const file of found) symlinkSync(file, path.join(folder, path.basename(file)));
  return folder;
};

export const startPowerGuest = (t: TestContext, options: PowerGuestOptions): PowerGuest => {
  const folder = temporaryFolder(t);
  const tree = options.tree ?? path.join(folder, 'tree');
  const oneEnv = path.join(folder, 'one_env');
  mkdirSync(tree, { recursive: true });
  const standard = `export TOKENTXT="${options.token}"\nexport VMID="${options.vmId}"\nexport ONEGATE_ENDPOINT=""\n`;
  writeFileSync(oneEnv, options.oneEnv ?? standard);
  const flags = ['--tree', tree, '--one-env', oneEnv, '--interval=1'];
  if (options.share !== undefined) flags.push('--share', options.share);
  const child = spawn(
    '/bin/sh',
    [
      repositoryPath('guest/power-guest.sh'),
      ...flags,
      ...(options.url === '' ? [] : [`--url=${options.url}`]),
    ],
    { env: { PATH: pathWith(t, options) }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  let onLog = (): void => undefined;
  child.stderr.on('data', (piece) => {
    log += piece;
    onLog();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const end = (): Promise<number | null> => {
    child.kill('SIGTERM');
    return ended;
  };
  t.after(end);
  const zone = path.join(tree, 'class/powercap/intel-rapl:0');
  return {
    zone,
    tree,
    file: (name) => readFileSync(path.join(zone, name), 'utf8'),
    log: () => log,
    said: (text) =>
      new Promise((resolve, reject) => {
        onLog = () => {
          if (text.test(log)) resolve();
        };
        onLog();
        void ended.then(() => reject(new Error(`power-guest.sh has ended: ${log}`)));
      }),
    ended,
    end,
    kill() {
      child.kill('SIGKILL');
      return ended;
    },
  };
};

export const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
