/** Small Linux guests for the migration lab that pull their power; scripts in test/system/guest-lab. Needs root. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { GuestLinux, MigrationLab } from '../../simulator/migration-lab/lab.ts';
import { until } from '../../simulator/migration-lab/lab.ts';
import { repositoryPath } from './expected.ts';
import { tokenOf } from './guest-cloud.ts';
import { temporaryFolder } from './temporary.ts';

export const frontEndAddress = '10.77.0.10';

const labFile = (name: string): string => repositoryPath(`test/system/guest-lab/${name}`);

/** What the guest does is a script of test/system/guest-lab. */
export const makeGuestLinux = (t: TestContext, scenario: string, says: RegExp): GuestLinux => {
  const cache = repositoryPath('.cache/guest-linux');
  const folder = temporaryFolder(t);
  const files = path.join(folder, 'files');
  mkdirSync(files);
  copyFileSync(labFile(scenario), path.join(files, 'scenario'));
  copyFileSync(repositoryPath('guest/power-guest.sh'), path.join(files, 'power-guest.sh'));
  const oneEnv = `export ONEGATE_ENDPOINT="http://${frontEndAddress}:5030"\nexport TOKENTXT="${tokenOf('8')}"\nexport VMID="8"\n`;
  writeFileSync(path.join(files, 'one_env'), oneEnv, { mode: 0o400 });
  const initramfs = path.join(folder, 'initramfs');
  const scaphandre = repositoryPath('.cache/scaphandre/scaphandre.deb');
  execFileSync(labFile('make-initramfs.sh'), [cache, scaphandre, files, initramfs]);
  chmodSync(initramfs, 0o644);
  return { kernel: path.join(cache, 'vmlinuz'), initramfs, says };
};

/** Guests of the lab reach a port of this machine at the front-end's address. */
export const passThrough = async (t: TestContext, lab: MigrationLab, url: string): Promise<void> => {
  const port = Number(new URL(url).port);
  const socket = path.join(lab.state, 'guests.sock');
  const sockets = new Set<net.Socket>();
  const server = net.createServer((inside) => {
    const outside = net.connect(port, '127.0.0.1');
    inside.pipe(outside).pipe(inside);
    for (const [one, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => sockets.delete(one));
    }
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  chmodSync(socket, 0o666);
  const program = ['/opt/node', '/opt/repository/build/test/system/guest-lab/pass-through.js'];
  const child = spawn('nsenter', [
    ...lab.enter('frontend', 'root'),
    ...program,
    frontEndAddress,
    '9926',
    '/opt/state/guests.sock',
  ]);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece) => {
      said += piece;
    });
  const ended = new Promise((resolve) => child.once('close', resolve));
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
    for (const each of sockets) each.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  await until('the way to the exporter is open', () => {
    if (child.exitCode !== null) throw new Error(`pass-through.js has ended: ${said}`);
    return said.includes('listening');
  });
};

export interface CounterReads {
  readonly value: number;
  readonly reads: number;
  readonly falls: number;
  readonly torn: number;
}

/** What counter-reader.c said last. */
export const lastReads = (console: string): CounterReads => {
  const numbers = [...console.matchAll(/^READ \S+ (\d+) (\d+) (\d+) (\d+)$/gm)].at(-1)?.slice(1).map(Number);
  const [value = 0, reads = 0, falls = 0, torn = 0] = numbers ?? [];
  return { value, reads, falls, torn };
};

export interface ScaphandreSample {
  readonly uptime: number;
  readonly watts: number;
  readonly joules: number;
}

export const scaphandreSamples = (console: string): readonly ScaphandreSample[] =>
  [...console.matchAll(/^SCAPHANDRE (\S+) (\S+) (\S+)$/gm)].map(([, uptime, power, energy]) => ({
    uptime: Number(uptime),
    watts: Number(power) / 1e6,
    joules: Number(energy) / 1e6,
  }));
