/** dist/hooks/host_geolocation as the hook manager runs it, with recorded input and a recorded front-end. */

import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { withFlags } from '../support/flags.ts';
import { makeMmdb } from '../support/mmdb.ts';
import { type ProgramRun, runProgram } from '../support/program.ts';
import { closedPort, httpAnswer, methodOf, type RawServer, startRawServer } from '../support/raw-server.ts';
import { recordedAnswer, recordedBody } from '../support/recordings.ts';
import { temporaryFolder } from '../support/temporary.ts';

const event = readFileSync(repositoryPath('test/fixtures/opennebula/hooks/host-mon-stdin.stdin'));

interface Lab {
  readonly folder: string;
  readonly frontEnd: RawServer;
  /** What ssh was given, one word a line, by call. */
  sshCalls(): readonly string[];
  run(input?: { argv?: readonly string[]; stdin?: string | Buffer }): Promise<ProgramRun>;
}

interface LabOptions {
  /** A shell script that stands for ssh; without it, an answer of two public addresses. */
  readonly ssh?: string;
  readonly config?: string;
  readonly geolocation?: string;
  readonly name?: string;
  readonly database?: Buffer;
}

const addresses = (...list: readonly string[]): string =>
  JSON.stringify([{ ifname: 'br0', addr_info: list.map((local) => ({ local })) }]);

const city = (latitude: number, longitude: number) => ({ location: { latitude, longitude } });
const database = makeMmdb(6, {
  '81.2.69.0/24': city(59.3294, 18.0687),
  '2a02:1::/32': city(40.4168, -3.7038),
});

const startLab = async (t: TestContext, options: LabOptions = {}): Promise<Lab> => {
  const folder = temporaryFolder(t);
  const file = (name: string): string => path.join(folder, name);
  const hostInfo = recordedBody('host.info-after-update')
    .toString()
    .replace('"unterminated', options.geolocation ?? '')
    .replace('&lt;NAME&gt;h2&lt;', `&lt;NAME&gt;${options.name ?? 'h2'}&lt;`);
  const frontEnd = await startRawServer((request) => ({
    bytes:
      methodOf(request) === 'one.host.info'
        ? httpAnswer('200 OK', hostInfo)
        : recordedAnswer(methodOf(request) === 'one.host.update' ? 'host.update-append' : 'error-badmethod'),
  }));
  t.after(frontEnd.close);
  writeFileSync(file('one_auth'), 'oneadmin:labpass\n');
  writeFileSync(file('city.mmdb'), options.database ?? database);
  writeFileSync(file('oneext.yaml'), options.config ?? '{}\n');
  const answer = `printf '%s' '${addresses('127.0.0.1', '10.0.0.1', '81.2.69.160', '2a02:1::5', 'fe80::1')}'`;
  writeFileSync(
    file('ssh'),
    `#!/bin/sh\nprintf '%s\\n' "$@" >>${file('ssh.log')}\necho == >>${file('ssh.log')}\n${options.ssh ?? answer}\n`,
  );
  chmodSync(file('ssh'), 0o755);
  const log = file('ssh.log');
  return {
    folder,
    frontEnd,
    sshCalls: () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n==\n').slice(0, -1) : []),
    run: ({ argv = [], stdin = event } = {}) =>
      runProgram('dist/hooks/host_geolocation', {
        argv: withFlags(
          [`--config.file=${file('oneext.yaml')}`, `--geolocation.database=${file('city.mmdb')}`],
          argv,
        ),
        stdin,
        env: {
          PATH: `${folder}:/usr/bin:/bin`,
          ONE_AUTH: file('one_auth'),
          ONE_XMLRPC: `http://127.0.0.1:${frontEnd.port}/RPC2`,
        },
      }),
  };
};

const updates = ({ frontEnd }: Lab): readonly string[] =>
  frontEnd.requests.filter((request) => methodOf(request) === 'one.host.update');

const assertQuiet = (run: ProgramRun, code: number, line: RegExp): void => {
  assert.equal(run.code, code, run.stderr);
  assert.equal(run.stdout, '');
  assert.match(run.stderr, line);
  for (const one of run.stderr.trimEnd().split('\n'))
    assert.match(one, /^(?:INFO|WARN|ERROR): host_geolocation: /);
};

test('sets GEOLOCATION from all public addresses, by one append', async (t) => {
  const lab = await startLab(t);
  assertQuiet(await lab.run(), 0, /GEOLOCATION set to 59\.3294,18\.0687 40\.4168,-3\.7038 from addresses/);
  assert.equal(updates(lab).length, 1);
  const [update = ''] = updates(lab);
  assert.match(
    update,
    /<i4>1<\/i4>.*<string>GEOLOCATION="59\.3294,18\.0687 40\.4168,-3\.7038"<\/string>.*<i4>1<\/i4>/,
  );
  assert.deepEqual(lab.sshCalls(), [
    '-T\n-o\nBatchMode=yes\n-o\nConnectTimeout=8\n-o\nControlMaster=no\n-o\nForwardX11=no\n--\nh2\nenv PATH=/usr/sbin:/usr/bin:/sbin:/bin ip -json address show',
  ]);
});

test('the event may come as an argument, as XML, twice encoded, or as a bare id', async (t) => {
  const lab = await startLab(t, { geolocation: '59.3294,18.0687 40.4168,-3.7038' });
  const text = event.toString();
  const xml = Buffer.from(text, 'base64').toString();
  for (const argument of [text, xml, Buffer.from(text).toString('base64'), '1']) {
    assertQuiet(
      await lab.run({ argv: ['some', argument], stdin: '' }),
      0,
      /is 59\.3294,18\.0687 40\.4168,-3\.7038 already/,
    );
  }
  assert.equal(updates(lab).length, 0, 'nothing is written if it is already so');
});

test('a place in the configuration is taken without asking the host', async (t) => {
  const lab = await startLab(t, {
    config: 'geolocation:\n  static:\n    clusters: {default: "48.8566,2.3522"}\nfuture: {a: b}\n',
    ssh: 'exit 255',
  });
  assertQuiet(await lab.run(), 0, /set to 48\.8566,2\.3522 from geolocation\.static/);
  assert.deepEqual(lab.sshCalls(), []);
});

test('nothing known: nothing erased, exit 0, and the reason', async (t) => {
  const cases: readonly (readonly [LabOptions, RegExp])[] = [
    [{ ssh: `echo '${addresses('10.0.0.1', '::1')}'` }, /no public address, only 10\.0\.0\.1, ::1/],
    [{ ssh: `echo '${addresses('9.9.9.9')}'` }, /no database knows 9\.9\.9\.9/],
    [{ ssh: 'echo ssh: no route to host >&2; exit 255' }, /could not be asked for: .*no route to host/],
    [{ ssh: 'echo Welcome to h2' }, /is not that of ip -json: "Welcome to h2/],
    [{ ssh: 'exec sleep 60', config: 'geolocation: {ssh_timeout: 1s}' }, /no end within timeoutMs=1000/],
    [{ name: '-oProxyCommand=touch /tmp/owned' }, /is no host name that ssh could be given/],
    [{ name: 'a$(reboot)' }, /is no host name that ssh could be given/],
  ];
  for (const [options, reason] of cases) {
    const lab = await startLab(t, { geolocation: '1,2', ...options });
    const run = await lab.run();
    assertQuiet(run, 0, reason);
    assert.match(run.stderr, /GEOLOCATION stays as it is/);
    assert.equal(updates(lab).length, 0);
  }
});

test('no database is a reason, a broken one an error', async (t) => {
  const lab = await startLab(t);
  const missing = ['--geolocation.database=/nonexistent/city.mmdb'];
  assertQuiet(await lab.run({ argv: missing }), 0, /there is no database at \/nonexistent\/city\.mmdb/);
  const broken = await startLab(t, { database: database.subarray(0, 200) });
  assertQuiet(await broken.run(), 78, /GEOLOCATION_DATABASE/);
  assert.equal(updates(broken).length, 0);
});

test('what is wrong is an error with its code', async (t) => {
  const lab = await startLab(t, {
    config: 'geolocation: {static: {hosts: {h2: "91,0", h3: x}}, databse: x}',
  });
  const run = await lab.run();
  assertQuiet(run, 78, /h2 is "91,0".*h3 is "x"/);
  assert.match(run.stderr, /nothing reads the key geolocation\.databse/);
  assert.doesNotMatch(run.stderr, /nothing reads the key geolocation\.static/);
  assertQuiet(await lab.run({ argv: ['--nonsense=1'] }), 2, /unknown option --nonsense/);
  assertQuiet(await lab.run({ stdin: '' }), 2, /nothing on stdin/);
  assertQuiet(
    await lab.run({ stdin: Buffer.from('<VM>\n<ID>1</ID></VM>').toString('base64') }),
    2,
    /HOOK_INPUT/,
  );
  assertQuiet(await lab.run({ argv: ['--geolocation.database=city.mmdb'] }), 78, /must be absolute paths/);

  const gone = await startLab(t);
  gone.frontEnd.requests.length = 0;
  await gone.frontEnd.close();
  assertQuiet(await gone.run(), 75, /ONE_CONNECTION/);
});

test('a front-end that never answers meets the time limit', async (t) => {
  const folder = temporaryFolder(t);
  const silent = await startRawServer(() => 'hang');
  t.after(silent.close);
  writeFileSync(path.join(folder, 'one_auth'), 'oneadmin:labpass\n');
  const env = { PATH: '/usr/bin:/bin', ONE_AUTH: path.join(folder, 'one_auth') };
  const argv = ['--config.file=/dev/null', '--hooks.time-limit=1s', '1'];
  const run = await runProgram('dist/hooks/host_geolocation', {
    argv,
    env: { ...env, ONE_XMLRPC: `http://127.0.0.1:${silent.port}/` },
  });
  assertQuiet(run, 75, /HOOK_TIME_LIMIT/);
  const refused = await runProgram('dist/hooks/host_geolocation', {
    argv,
    env: { ...env, ONE_XMLRPC: `http://127.0.0.1:${await closedPort()}/` },
  });
  assertQuiet(refused, 75, /ONE_CONNECTION/);
});
