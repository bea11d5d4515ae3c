/** `oneext token` as users run it, with the driver as judge, and with tokens of the biscuit command line tool. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { createInstallation, type DriverAnswer, formatRequest, runDriver } from '../../support/driver.ts';
import { repositoryPath } from '../../support/expected.ts';

const executable = repositoryPath('dist/oneext');

interface Run {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
const run = (argv: readonly string[], input = '', environment: Record<string, string> = {}): Run => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [executable, ...argv], {
    input,
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', ...environment },
  });
  return { exit: status, stdout, stderr };
};
const succeed = (argv: readonly string[], input = '', environment: Record<string, string> = {}): string => {
  const { exit, stdout, stderr } = run(argv, input, environment);
  assert.equal(exit, 0, stderr);
  return stdout;
};
const fail = (argv: readonly string[], exit: number, message: RegExp, input = ''): void => {
  const answer = run(argv, input);
  assert.equal(answer.stdout, '');
  assert.match(answer.stderr, message);
  assert.equal(answer.exit, exit);
};

const createFolder = (t: TestContext): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'oneext-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
interface Keys {
  readonly file: string;
  readonly publicKey: string;
}
const createKeys = (t: TestContext): Keys => {
  const file = path.join(createFolder(t), 'new/dann1.key');
  return { file, publicKey: succeed(['token', 'keypair', '--private-key-file', file]).trim() };
};
const login = (publicKey: string, token: string, user = 'dann1'): Promise<DriverAnswer> =>
  runDriver({ input: formatRequest(user, publicKey, token) });
const grants = async (publicKey: string, token: string, user = 'dann1'): Promise<boolean> =>
  (await login(publicKey, token, user)).exit === 0;

const recorded = (name: string): string =>
  readFileSync(repositoryPath('test/fixtures/biscuit', name), 'utf8').trim();
const recordedFile = (name: string): string => repositoryPath('test/fixtures/biscuit', name);

test('keys, a token, a login', async (t) => {
  const { file, publicKey } = createKeys(t);
  assert.match(publicKey, /^[0-9a-f]{64}$/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.match(readFileSync(file, 'utf8'), /^ed25519-private\/[0-9a-f]{64}\n$/);
  const token = succeed(['token', 'create', '--user', 'dann1', '--private-key-file', file]).trim();
  assert.equal(await grants(publicKey, token), true);
  assert.equal(await grants(publicKey, token, 'dann2'), false);
  assert.equal(await grants(createKeys(t).publicKey, token), false);
  assert.match(succeed(['token', 'inspect'], token), /check if time\(\$time\), \$time <= /);
});

test('a private key that exists is never replaced, one that others may read is not used', (t) => {
  const { file } = createKeys(t);
  const before = readFileSync(file);
  fail(['token', 'keypair', '--private-key-file', file], 1, /EEXIST/);
  assert.deepEqual(readFileSync(file), before);
  chmodSync(file, 0o640);
  const create = ['token', 'create', '--user', 'dann1', '--private-key-file', file];
  fail(create, 1, /others may read it \(mode 640\): chmod 600/);
  chmodSync(file, 0o600);
  writeFileSync(file, 'secp256r1-private/51c0');
  fail(create, 1, /is not ed25519-private/);
});

test('without --private-key-file the key is in ~/.one', (t) => {
  const home = createFolder(t);
  const environment = { HOME: home };
  succeed(['token', 'keypair'], '', environment);
  assert.equal(statSync(path.join(home, '.one')).mode & 0o777, 0o700);
  assert.match(succeed(['token', 'create', '--user', 'dann1'], '', environment), /^[\w-]+=*\n$/);
});

test('names are quoted, whatever they hold', async (t) => {
  const { file, publicKey } = createKeys(t);
  for (const user of ['a"b', 'a\\b', 'x");user("dann1', 'dannÉ', '{user}', '$u']) {
    const token = succeed(['token', 'create', '--user', user, '--private-key-file', file]).trim();
    assert.equal(await grants(publicKey, token, user), true, user);
    assert.equal(await grants(publicKey, token), false, user);
  }
});

test('checks and an end narrow a token, in create and in attenuate', async (t) => {
  const { file, publicKey } = createKeys(t);
  const create = ['token', 'create', '--user', 'dann1', '--private-key-file', file, '--ttl', 'none'];
  const plain = succeed(create).trim();
  const attenuate = (...options: readonly string[]): string =>
    succeed(['token', 'attenuate', ...options], plain).trim();
  const login = 'check if operation("login")';
  const other = 'check if operation("other")';
  assert.equal(await grants(publicKey, succeed([...create, '--check', login]).trim()), true);
  assert.equal(
    await grants(publicKey, succeed([...create, '--check', login, '--check', other]).trim()),
    false,
  );
  assert.equal(await grants(publicKey, attenuate('--check', login, '--ttl', '5m')), true);
  assert.equal(await grants(publicKey, attenuate('--check', other)), false);
  assert.equal(
    succeed(['token', 'inspect', '--public-key', publicKey], attenuate('--check', other)).includes(other),
    true,
  );
  // Signed twice, once without and once with the key: the same token but for the new key in it.
  assert.equal(await grants(publicKey, attenuate('--public-key', publicKey, '--check', login)), true);
});

test('tokens of the biscuit command line tool are read, attenuated and judged', async () => {
  const publicKey = recorded('public.key');
  for (const name of ['plain', 'attenuated', 'until-2100']) {
    const file = recordedFile(`${name}.token`);
    const shown = succeed(['token', 'inspect', file]);
    assert.equal(
      succeed(['token', 'inspect', '--public-key', publicKey, file]),
      shown.replace('NOT VERIFIED (--public-key verifies it)', 'verified with the public key'),
    );
    const narrowed = succeed(['token', 'attenuate', '--ttl', '5m', file]).trim();
    assert.equal(await grants(publicKey, narrowed), true);
  }
  for (const name of ['third-party', 'datalog-3.3']) {
    const argv = ['--public-key', publicKey, recordedFile(`${name}.token`)];
    assert.match(succeed(['token', 'inspect', ...argv]), /user\("dann1"\)/);
    assert.equal(
      await grants(publicKey, succeed(['token', 'attenuate', '--ttl', '5m', ...argv]).trim()),
      true,
    );
  }
  assert.match(succeed(['token', 'inspect', recordedFile('sealed.token')]), /is sealed/);
  fail(
    ['token', 'attenuate', '--ttl', '5m', recordedFile('sealed.token')],
    1,
    /sealed: nobody can attenuate/,
  );
  fail(
    ['token', 'inspect', '--public-key', '0'.repeat(64), recordedFile('plain.token')],
    77,
    /does not verify/,
  );
  fail(['token', 'inspect', recordedFile('secp256r1.token')], 1, /not signed with Ed25519/);
});

test('C16-tokens whose signatures cover those before them are read and attenuated without a key', async () => {
  const publicKey = recorded('public.key');
  for (const name of ['third-party', 'datalog-3.3']) {
    const file = recordedFile(`${name}.token`);
    const shown = succeed(['token', 'inspect', file]);
    assert.equal(
      succeed(['token', 'inspect', '--public-key', publicKey, file]),
      shown.replace('NOT VERIFIED (--public-key verifies it)', 'verified with the public key'),
    );
    const once = succeed(['token', 'attenuate', '--ttl', '5m', file]).trim();
    const twice = succeed(['token', 'attenuate', '--check', 'check if operation("login")'], once).trim();
    assert.deepEqual([await grants(publicKey, once), await grants(publicKey, twice)], [true, true]);
    assert.match(succeed(['token', 'inspect', '--public-key', publicKey], twice), /check if operation/);
  }
  assert.match(
    succeed(['token', 'inspect', recordedFile('third-party.token')]),
    /^Block 1 of the third party [0-9a-f]{64}:$/m,
  );
});

test('C16-a token that is damaged behind its authority block is told without a key', () => {
  for (const name of ['attenuated', 'third-party']) {
    const bytes = Buffer.from(recorded(`${name}.token`), 'base64url');
    const at = bytes.lastIndexOf(Buffer.from([0x1a, 0x40]));
    bytes[at + 10] = (bytes[at + 10] ?? 0) ^ 1;
    const damaged = bytes.toString('base64url');
    fail(['token', 'inspect'], 1, /the signature of its block 1 does not verify/, damaged);
    fail(['token', 'attenuate', '--ttl', '5m'], 1, /the signature of its block 1 does not verify/, damaged);
  }
});

test('the recorded private key signs what its public key verifies', async (t) => {
  const file = path.join(createFolder(t), 'key');
  writeFileSync(file, recorded('private.key'), { mode: 0o600 });
  const token = succeed(['token', 'create', '--user', 'dann1', '--private-key-file', file]).trim();
  assert.equal(await grants(recorded('public.key'), token), true);
});

test('a revoked token is refused, and all that come from it; others are not', async (t) => {
  const installation = createInstallation('revocation_file: INSTALLATION/revoked\n');
  t.after(installation.remove);
  writeFileSync(path.join(installation.folder, 'revoked'), '# none yet');
  const publicKey = recorded('public.key');
  const allowed = async (token: string): Promise<boolean> => {
    const input = formatRequest('dann1', publicKey, token);
    return (await runDriver({ input, environment: installation.environment })).exit === 0;
  };
  const [plain, attenuated] = [recorded('plain.token'), recorded('attenuated.token')];
  const again = succeed(['token', 'attenuate', '--ttl', '5m'], attenuated).trim();
  const revoke = (token: string, ...options: readonly string[]): string =>
    succeed(['token', 'revoke', ...options], token, { ...installation.environment });

  assert.deepEqual(
    [await allowed(plain), await allowed(attenuated), await allowed(again)],
    [true, true, true],
  );
  const id = revoke(attenuated);
  assert.deepEqual(
    [await allowed(plain), await allowed(attenuated), await allowed(again)],
    [true, false, false],
  );
  assert.equal(revoke(attenuated), id);
  assert.equal(readFileSync(path.join(installation.folder, 'revoked'), 'utf8'), `# none yet\n${id}`);
  revoke(attenuated, '--all');
  assert.equal(await allowed(plain), false);
});

test('any token can be revoked but one that no login accepts', (t) => {
  const file = path.join(createFolder(t), 'revoked');
  const names = ['plain', 'sealed', 'third-party', 'datalog-3.3'];
  const ids = names.map((name) =>
    succeed(['token', 'revoke', '--file', file, recordedFile(`${name}.token`)]),
  );
  assert.equal(readFileSync(file, 'utf8'), ids.join(''));
  fail(['token', 'revoke', '--file', file, recordedFile('secp256r1.token')], 1, /signed with secp256r1/);
  assert.equal(readFileSync(file, 'utf8'), ids.join(''));
});

test('wrong usage says what is wrong', (t) => {
  const { file } = createKeys(t);
  const create = ['token', 'create', '--private-key-file', file];
  fail([], 2, /oneext needs a command; oneext has .*token/);
  fail(['tokens'], 2, /unknown command "tokens"; did you mean token\?/);
  fail(['token'], 2, /oneext token needs a command; oneext token has keypair, create/);
  fail(['token', 'mint'], 2, /unknown command "mint"; oneext token has/);
  fail(create, 2, /--user is missing/);
  fail([...create, '--user', 'a b'], 2, /--user is "a b" but must be a user name/);
  fail([...create, '--user', 'dann1', '--ttl', '8'], 2, /--ttl is "8" but must be a duration/);
  fail([...create, '--user', 'dann1', '--ttl', '0'], 2, /--ttl is "0" but must be a duration/);
  fail([...create, '--user', 'dann1', '--check', 'user("x")'], 2, /is no check in Datalog/);
  fail([...create, '--user', 'dann1', '--check', 'check if true; user("x")'], 2, /is no check in Datalog/);
  fail(
    [...create, '--private-key', 'x'],
    2,
    /unknown option --private-key; did you mean --private-key-file\?/,
  );
  fail(['token', 'attenuate'], 2, /give --ttl or --check, which say/, recorded('plain.token'));
  fail(
    ['token', 'inspect', '--public-key', 'x'],
    2,
    /--public-key is "x" but must be 64 hex digits/,
    recorded('plain.token'),
  );
  fail(['token', 'revoke'], 2, /has no revocation_file/, recorded('plain.token'));
});

test('what is no token is not read, and never shown', (t) => {
  const secret = recorded('plain.token');
  const answer = run(['token', 'inspect', secret]);
  assert.equal(answer.exit, 1);
  assert.ok(!answer.stderr.includes(secret.slice(0, 20)));
  for (const text of ['', '\n', 'a b', '-----', secret.slice(0, 40), secret.slice(4), 'A'.repeat(65_537)])
    fail(['token', 'inspect'], 1, /^oneext: the token cannot be read: /, text);
  const folder = createFolder(t);
  fail(['token', 'inspect', folder], 1, /EISDIR/);
});

test('what a terminal would act on is shown escaped', (t) => {
  const { file } = createKeys(t);
  const check = `check if operation("\u001b[2J\u202e")`;
  const token = succeed(['token', 'create', '--user', 'dann1', '--private-key-file', file, '--check', check]);
  const shown = succeed(['token', 'inspect'], token);
  assert.doesNotMatch(shown, /[\u001b\u202e]/);
  assert.match(shown, /\\u\{1b\}\[2J/);
});

test('it finds its library when it is started by a link', (t) => {
  const [folder, file] = [createFolder(t), recordedFile('plain.token')];
  const link = path.join(folder, 'oneext');
  symlinkSync(executable, link);
  const { status, stderr } = spawnSync(process.execPath, [link, 'token', 'inspect', file], {
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [0, '']);
});

test('help of every command and verb', () => {
  assert.match(succeed(['--version']), /^oneext \d+\.\d+\.\d+ \(Node \d+\.\d+\.\d+\)\n$/);
  assert.match(succeed(['--help']), /^ {2}token /m);
  assert.match(succeed(['token', '--help']), /^ {2}keypair /m);
  for (const verb of ['keypair', 'create', 'attenuate', 'inspect', 'revoke'])
    assert.match(succeed(['token', verb, '--help']), new RegExp(`^Usage: oneext token ${verb} `));
});
