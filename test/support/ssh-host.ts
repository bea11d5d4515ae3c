/** Hosts that are SSH servers which we did not write, and OpenSSH with a configuration that leads to them. */
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import ssh2 from 'ssh2';

export interface CommandAnswer {
  readonly stdout?: string;
  readonly stderr?: string;
  /** The command never ends without. */
  readonly exit?: number;
}

/** The answer to a command, given what has come on its stdin so far; `undefined` while it wants more. */
export type AnswerCommand = (command: string, input: string) => CommandAnswer | undefined;

export interface SshHost {
  readonly port: number;
  /** In the order in which they came. */
  readonly commands: string[];
  /** What each command had on stdin when it was answered. */
  readonly inputs: Map<string, string>;
  readonly connections: () => number;
}

/** One key in some two hundred that ssh2 makes it cannot read itself. */
export const makeKeys = (): ReturnType<typeof ssh2.utils.generateKeyPairSync> => {
  for (;;) {
    const keys = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(keys.private) instanceof Error)) return keys;
  }
};

const clientKeys = makeKeys();
const hostKeys = makeKeys();

export interface SshServer {
  readonly port: number;
  readonly connections: () => number;
  /** Without a word, as a host does that loses its power. */
  breakConnections(): void;
}

const serveCommand = (
  channel: ssh2.Channel,
  command: string,
  host: Pick<SshHost, 'commands' | 'inputs'>,
  answer: AnswerCommand,
): void => {
  // The connection that the others share lasts as long as its stdin.
  const echoed = /^echo (\S+); exec cat/.exec(command)?.[1];
  if (echoed !== undefined) {
    channel.write(`${echoed}\n`);
    channel.on('data', () => undefined);
    channel.on('end', () => {
      channel.exit(0);
      channel.end();
    });
    return;
  }
  host.commands.push(command);
  let [input, isDone] = ['', false];
  const tryAnswer = (): void => {
    const given = isDone ? undefined : answer(command, input);
    if (given === undefined) return;
    isDone = true;
    host.inputs.set(command, input);
    if (given.stdout !== undefined) channel.write(given.stdout);
    if (given.stderr !== undefined) channel.stderr.write(given.stderr);
    if (given.exit === undefined) return;
    channel.exit(given.exit);
    channel.end();
  };
  channel.on('data', (piece: Buffer) => {
    input += piece.toString();
    tryAnswer();
  });
  tryAnswer();
};

export const readPublicKey = (text: string): Buffer => {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key.getPublicSSH();
};

/** @param serve is given each command */
export const startSshServer = async (
  t: TestContext,
  serve: (channel: ssh2.Channel, command: string) => void,
): Promise<SshServer> => {
  let connections = 0;
  const sockets = new Set<ssh2.Connection>();
  const allowed = readPublicKey(clientKeys.public);
  const server = new ssh2.Server({ hostKeys: [hostKeys.private] }, (connection) => {
    connections += 1;
    sockets.add(connection);
    connection.on('close', () => sockets.delete(connection));
    connection.on('error', () => undefined); // clients that go away are part of the tests
    connection.on('authentication', (authentication) => {
      if (authentication.method === 'publickey' && authentication.key?.data.equals(allowed) === true)
        authentication.accept();
      else authentication.reject(['publickey']);
    });
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec, _, { command }) => serve(acceptExec(), command));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const breakConnections = (): void => {
    for (const connection of sockets) connection.end();
  };
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(resolve);
        breakConnections(); // those of a test that has failed
      }),
  );
  return { port: server.address().port, connections: () => connections, breakConnections };
};

export const startSshHost = async (t: TestContext, answer: AnswerCommand): Promise<SshHost> => {
  const asked = { commands: [] as string[], inputs: new Map<string, string>() };
  const { port, connections } = await startSshServer(t, (channel, command) =>
    serveCommand(channel, command, asked, answer),
  );
  return { port, connections, ...asked };
};

/** A folder for PATH with an `ssh` that knows these hosts: OpenSSH reads the user's own files whatever HOME says. */
export const writeSshClient = (folder: string, ports: Readonly<Record<string, number>>): void => {
  const file = (name: string): string => path.join(folder, name);
  writeFileSync(file('id'), clientKeys.private, { mode: 0o600 });
  const known = Object.values(ports).map((port) => `[127.0.0.1]:${port} ${hostKeys.public}\n`);
  writeFileSync(file('known_hosts'), known.join(''));
  const hosts = Object.entries(ports).map(
    ([name, port]) => `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n`,
  );
  const all = [
    'Host *',
    'User oneadmin',
    `IdentityFile ${file('id')}`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${file('known_hosts')}`,
    'GlobalKnownHostsFile /dev/null',
    'StrictHostKeyChecking yes',
  ];
  writeFileSync(file('ssh_config'), `${hosts.join('')}${all.join('\n  ')}\n`);
  writeFileSync(file('ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${file('ssh_config')} "$@"\n`);
  chmodSync(file('ssh'), 0o755);
};
