/** host_geolocation asks a host with the real OpenSSH client; the host is an SSH server that we did not write. */

import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import ssh2 from 'ssh2';
import { withFlags } from '../support/flags.ts';
import { makeMmdb } from '../support/mmdb.ts';
import { type ProgramRun, runProgram } from '../support/program.ts';
import { httpAnswer, methodOf, type RawServer, startRawServer } from '../support/raw-server.ts';
import { recordedAnswer, recordedBody } from '../support/recordings.ts';
import { makeKeys, readPublicKey } from '../support/ssh-host.ts';
import { temporaryFolder } from '../support/temporary.ts';

const hostKeys = makeKeys();
const otherKeys = makeKeys();
const clientKeys = makeKeys();

interface HostOptions {
  readonly banner?: string;
  /** What the command prints; it hangs without. */
  readonly output?: string;
  readonly exitCode?: number;
  /** How clients may show who they are; by default with their key. */
  readonly methods?: readonly string[];
}

/** An SSH server; the commands that it was given. */
const startHost = async (
  t: TestContext,
  options: HostOptions,
): Promise<{ port: number; commands: string[] }> => {
  const commands: string[] = [];
  const allowed = readPublicKey(clientKeys.public);
  const methods = options.methods ?? ['publickey'];
  const { banner } = options;
  const server = new ssh2.Server(
    { hostKeys: [hostKeys.private], ...(banner === undefined ? {} : { banner }) },
    (connection) => {
      connection.on('error', () => undefined); // clients that go away are part of the tests
      connection.on('authentication', (authentication) => {
        const isKnown =
          authentication.method === 'publickey' && authentication.key?.data.equals(allowed) === true;
        if (isKnown && methods.includes('publickey')) authentication.accept();
        else authentication.reject(methods);
      });
      connection.on('session', (accept) => {
        accept().on('exec', (acceptExec, _, { command }) => {
          commands.push(command);
          const channel = acceptExec();
          if (options.output === undefined) return;
          channel.write(options.output);
          channel.exit(options.exitCode ?? 0);
          channel.end();
        });
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise<void>((resolve) => server.close(resolve)));
  return { port: server.address().port, commands };
};

const interfaces = JSON.stringify([
  { ifname: 'lo', addr_info: [{ family: 'inet', local: '127.0.0.1' }] },
  {
    ifname: 'eno1',
    addr_info: [
      { family: 'inet', local: '81.2.69.160' },
      { family: 'inet6', local: '2a02:1::5' },
    ],
  },
  { ifname: 'eno2', addr_info: [{ family: 'inet', local: '192.168.1.1' }] },
]);

interface Lab {
  readonly folder: string;
  readonly frontEnd: RawServer;
  run(...argv: readonly string[]): Promise<ProgramRun>;
}

/** A front-end, a database, and OpenSSH with a configuration that leads `h2` to the port. */
const startLab = async (t: TestContext, port: number, configLines: readonly string[] = []): Promise<Lab> => {
  const folder = temporaryFolder(t);
  const file = (name: string): string => path.join(folder, name);
  const hostInfo = recordedBody('host.info-after-update').toString().replace('"unterminated', '');
  const frontEnd = await startRawServer((request) => ({
    bytes:
      methodOf(request) === 'one.host.info'
        ? httpAnswer('200 OK', hostInfo)
        : recordedAnswer('host.update-append'),
  }));
  t.after(frontEnd.close);
  const place = (latitude: number, longitude: number) => ({ location: { latitude, longitude } });
  writeFileSync(
    file('city.mmdb'),
    makeMmdb(6, { '81.2.69.0/24': place(59.3294, 18.0687), '2a02:1::/32': place(59.3294, 18.0687) }),
  );
  writeFileSync(file('one_auth'), 'oneadmin:labpass\n');
  writeFileSync(file('id'), clientKeys.private, { mode: 0o600 });
  writeFileSync(file('known_hosts'), `[127.0.0.1]:${port} ${hostKeys.public}\n`);
  const config = [
    'Host h2',
    'HostName 127.0.0.1',
    `Port ${port}`,
    'User oneadmin',
    `IdentityFile ${file('id')}`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${file('known_hosts')}`,
    'GlobalKnownHostsFile /dev/null',
    'StrictHostKeyChecking yes',
    ...configLines,
  ];
  writeFileSync(file('ssh_config'), `${config.join('\n  ')}\n`);
  // OpenSSH looks for its configuration in the home of the user, whatever HOME says.
  writeFileSync(file('ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${file('ssh_config')} "$@"\n`);
  chmodSync(file('ssh'), 0o755);
  const run = (...argv: readonly string[]): Promise<ProgramRun> =>
    runProgram('dist/hooks/host_geolocation', {
      argv: withFlags(
        ['--config.file=/dev/null', `--geolocation.database=${file('city.mmdb')}`],
        [...argv, '1'],
      ),
      env: {
        PATH: `${folder}:/usr/bin:/bin`,
        ONE_AUTH: file('one_auth'),
        ONE_XMLRPC: `http://127.0.0.1:${frontEnd.port}/RPC2`,
      },
    });
  return { folder, frontEnd, run };
};

const isUpdated = ({ frontEnd }: Lab): boolean =>
  frontEnd.requests.some((request) => methodOf(request) === 'one.host.update');

test('the real client, a banner, and a connection that would be kept', async (t) => {
  const host = await startHost(t, { output: interfaces, banner: 'Authorised use only\n' });
  const socket = path.join(temporaryFolder(t), 'control');
  const lab = await startLab(t, host.port, [
    'ControlMaster auto',
    `ControlPath ${socket}-%C`,
    'ControlPersist 60',
  ]);
  const run = await lab.run();
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stderr, /GEOLOCATION set to 59\.3294,18\.0687 from addresses 81\.2\.69\.160, 2a02:1::5\n/);
  assert.deepEqual(host.commands, ['env PATH=/usr/sbin:/usr/bin:/sbin:/bin ip -json address show']);
  assert.ok(isUpdated(lab));
  assert.deepEqual(readdirSync(path.dirname(socket)), [], 'no master is left behind');
});

test('what OpenSSH refuses is a reason, at once and without a question', async (t) => {
  const cases: readonly (readonly [string, HostOptions, (folder: string, port: number) => void, RegExp])[] = [
    [
      'another host key',
      { output: interfaces },
      (folder, port) =>
        writeFileSync(path.join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${otherKeys.public}\n`),
      /Host key verification failed/,
    ],
    [
      'an unknown host',
      { output: interfaces },
      (folder) => writeFileSync(path.join(folder, 'known_hosts'), ''),
      /Host key verification failed/,
    ],
    [
      'a password is wanted',
      { output: interfaces, methods: ['password', 'keyboard-interactive'] },
      () => undefined,
      /Permission denied/,
    ],
    ['ip is missing', { output: '', exitCode: 127 }, () => undefined, /could not be asked for/],
    ['no JSON', { output: 'Welcome\n' }, () => undefined, /is not that of ip -json: "Welcome/],
  ];
  for (const [name, options, change, reason] of cases) {
    const host = await startHost(t, options);
    const lab = await startLab(t, host.port);
    change(lab.folder, host.port);
    const run = await lab.run();
    assert.equal(run.code, 0, `${name}: ${run.stderr}`);
    assert.match(run.stderr, reason, name);
    assert.match(run.stderr, /GEOLOCATION stays as it is/, name);
    assert.ok(!isUpdated(lab), name);
  }
});

test('a host that hangs: before the banner, after the command, or at the door', async (t) => {
  const silent = net.createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.after(() => silent.close());
  const silentPort = (silent.address() as net.AddressInfo).port;
  const stuck = await startHost(t, {});
  for (const port of [silentPort, stuck.port]) {
    const lab = await startLab(t, port);
    const run = await lab.run('--geolocation.ssh-timeout=2s');
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /could not be asked for/);
    assert.ok(!isUpdated(lab));
  }
  assert.equal(stuck.commands.length, 1);
});

test('this machine answers the command as it is asked', async () => {
  if (!existsSync('/usr/bin/ip') && !existsSync('/usr/sbin/ip') && !existsSync('/sbin/ip')) {
    assert.fail('iproute2 is needed');
  }
  const { execFileSync } = await import('node:child_process');
  const { addressCommand, parseHostAddresses } = await import('../../geolocation/host-addresses.ts');
  const output = execFileSync('sh', ['-c', addressCommand], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
  });
  assert.ok(parseHostAddresses(output)?.includes('127.0.0.1'));
});
