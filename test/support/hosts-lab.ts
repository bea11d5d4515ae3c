/** `oneext hosts` in front of hosts that are SSH servers: a front-end that knows them, a folder of state, a client. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { collectOutput } from './child-output.ts';
import { formatTestHosts, type TestHost } from './cloud-documents.ts';
import { repositoryPath } from './expected.ts';
import { startLivingFrontEnd } from './living-front-end.ts';
import { type ProgramRun, runProgram } from './program.ts';
import { startShellHost } from './shell-host.ts';
import { type SshServer, writeSshClient } from './ssh-host.ts';
import { temporaryFolder } from './temporary.ts';

export interface RunningProgram {
  readonly output: { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

export interface HostsLab {
  readonly folder: string;
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  readonly servers: ReadonlyMap<string, SshServer>;
  /** Commands that run now, over all hosts. */
  readonly running: () => number;
  /** The most of them at once. */
  readonly mostAtOnce: () => number;
  /** A host's own folder: what its host.sh reads and writes. */
  hostFolder(name: string): string;
  /** argv of oneext after `hosts`. */
  run(...argv: readonly string[]): Promise<ProgramRun>;
  /** The same, while it runs. */
  start(...argv: readonly string[]): RunningProgram;
  readonly lastRunFile: string;
  readonly logFile: string;
  /** '' before there is one. */
  readLog(): string;
}

export interface HostsLabOptions {
  /** Hosts that answer; each has an environment of its own or, without, PATH and its name and folder. */
  readonly hosts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Hosts that OpenNebula has besides. */
  readonly others?: readonly TestHost[];
  /** Takes the place of host.sh. */
  readonly hostSh?: string;
}

/** A stand-in has its host's folder in $HOST, and its name in $NAME. */
export const startHostsLab = async (
  t: TestContext,
  { hosts, others = [], hostSh }: HostsLabOptions,
): Promise<HostsLab> => {
  const folder = temporaryFolder(t);
  const suite = path.join(folder, 'suite');
  for (const part of ['oneext', 'oneext-commands.js', 'package.json', 'host-installer', 'sudoers.d']) {
    cpSync(repositoryPath('dist', part), path.join(suite, part), { recursive: true });
  }
  if (hostSh !== undefined)
    writeFileSync(path.join(suite, 'host-installer/host.sh'), `#!/bin/bash\n${hostSh}\n`);
  const hostFolder = (name: string): string => path.join(folder, 'hosts', name);
  const servers = new Map<string, SshServer>();
  let [running, most] = [0, 0];
  for (const [name, environment] of Object.entries(hosts)) {
    const own = hostFolder(name);
    mkdirSync(path.join(own, 'tmp'), { recursive: true });
    const base = {
      PATH: `${own}/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      NAME: name,
      HOST: own,
      TMPDIR: `${own}/tmp`,
    };
    const onRunning = (change: 1 | -1): void => {
      running += change;
      most = Math.max(most, running);
    };
    servers.set(name, await startShellHost(t, { ...base, ...environment }, onRunning));
  }
  const document = formatTestHosts([
    ...[...servers.keys()].map((name, at) => ({ id: at + 1, name })),
    ...others,
  ]);
  const frontEnd = await startLivingFrontEnd(t, (method) =>
    method === 'one.hostpool.info' ? { document } : undefined,
  );
  const client = path.join(folder, 'client');
  mkdirSync(client);
  const ports = Object.fromEntries([...servers].map(([name, { port }]) => [name, port]));
  writeSshClient(client, { ...ports, closed: 1 });
  writeFileSync(path.join(folder, 'one_auth'), 'oneadmin:labpass\n');
  mkdirSync(path.join(folder, 'one/var'), { recursive: true });
  const env = {
    PATH: `${client}:/usr/bin:/bin`,
    HOME: folder,
    ONE_LOCATION: path.join(folder, 'one'),
    ONE_AUTH: path.join(folder, 'one_auth'),
    ONE_XMLRPC: frontEnd.endpoint,
  };
  const program = path.join(suite, 'oneext');
  const logFile = path.join(folder, 'one/var/oneext-hosts.log');
  return {
    folder,
    program,
    env,
    servers,
    hostFolder,
    running: () => running,
    mostAtOnce: () => most,
    run: (...argv) => runProgram(program, { argv: ['hosts', ...argv], env }),
    start: (...argv) => {
      const child = spawn(process.execPath, [program, 'hosts', ...argv], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 60_000,
      });
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      return { output: collectOutput(child), ended, kill: (signal) => void child.kill(signal) };
    },
    lastRunFile: path.join(folder, 'one/var/opennebula-extensions/hosts/last-run.json'),
    logFile,
    readLog: () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''),
  };
};

/** Result by host, as the last run's file has it. */
export const readResults = ({ lastRunFile }: HostsLab): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (
      JSON.parse(readFileSync(lastRunFile, 'utf8')) as { hosts: readonly { name: string; result: string }[] }
    ).hosts.map(({ name, result }) => [name, result]),
  );
