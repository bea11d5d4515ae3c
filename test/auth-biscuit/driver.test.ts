/** The driver in a world that is not as it should be: it denies, on one line, and prints nothing else. */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import {
  createInstallation,
  type DriverAnswer,
  driver,
  formatRequest,
  type Installation,
  runDriver,
} from '../support/driver.ts';
import { repositoryPath } from '../support/expected.ts';
import { biscuits, modules } from '../support/token-library.ts';

const key = '41e77e842e5c952a29233992dc8ebbedd2d83291a89bb0eec34457e723a69526';
const good = readFileSync(repositoryPath('test/auth-biscuit/testcases/seed/input.xml'), 'utf8');
const granted: DriverAnswer = { exit: 0, stdout: `biscuit dann1 ${key}\n`, stderr: '' };

const assertDenied = ({ exit, stdout, stderr }: DriverAnswer, reason: RegExp): void => {
  assert.equal(stdout, '');
  assert.match(stderr, reason);
  assert.match(stderr, /^ERROR: biscuit: [^\n]+\n$/);
  assert.equal(exit, 77);
};

const install = (t: TestContext, biscuitYaml?: string): Installation => {
  const installation = createInstallation(biscuitYaml);
  t.after(installation.remove);
  return installation;
};
const runIn = (installation: Installation, input = good): Promise<DriverAnswer> =>
  runDriver({ input, argv: [installation.driver], environment: installation.environment });
/** What a shell makes of a command line in which $1 is the driver. */
const runInShell = (line: string, input = good): Promise<DriverAnswer> =>
  runDriver({ input, argv: ['/bin/sh', '-c', line, 'sh', driver] });

test('it answers the same when it is started by another name, or with node', async (t) => {
  const installation = install(t);
  const link = path.join(installation.folder, 'link');
  symlinkSync(installation.driver, link);
  assert.deepEqual(await runDriver({ input: good, argv: [link] }), granted);
  assert.deepEqual(await runDriver({ input: good, argv: [process.execPath, driver] }), granted);
  assert.deepEqual(await runInShell('cd "$(dirname "$1")" && sh ./authenticate'), granted);
});

test('E3-at nice 19, where oned starts its drivers, it stays there and grants the same', async () => {
  assert.deepEqual(await runInShell('exec nice -n 19 "$1"'), granted);
});

/** What the driver says in a suite whose Node is this script, or is missing. */
const runWithNode = async (t: TestContext, script: string | undefined): Promise<DriverAnswer> => {
  const suite = install(t).folder;
  mkdirSync(path.join(suite, 'auth/biscuit'), { recursive: true });
  mkdirSync(path.join(suite, 'node/bin'), { recursive: true });
  copyFileSync(driver, path.join(suite, 'auth/biscuit/authenticate'));
  if (script !== undefined)
    writeFileSync(path.join(suite, 'node/bin/node'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return runDriver({ input: good, argv: [path.join(suite, 'auth/biscuit/authenticate')] });
};

test('C14-a verification that the OOM killer ends is not called one that took too long', async (t) => {
  assertDenied(
    await runWithNode(t, 'kill -KILL $$'),
    /the verification was killed; did the kernel run out of memory/,
  );
});

test('the environment of oned does not change it', async (t) => {
  const installation = install(t);
  const evil = path.join(installation.folder, 'evil.cjs');
  writeFileSync(evil, 'process.stdout.write("biscuit evil x\\n"); process.exit(0);');
  const environment = { NODE_OPTIONS: `--require ${evil}`, NODE_EXTRA_CA_CERTS: '/nonexistent' };
  assert.deepEqual(await runDriver({ input: good, environment }), granted);
  assertDenied(await runDriver({ input: '', environment }), /it is empty/);
});

test('ten at a time', async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      runDriver({ input: index % 2 === 0 ? good : good.replace('dann1', 'dann2') }),
    ),
  );
  for (const [index, answer] of answers.entries()) {
    if (index % 2 === 0) assert.deepEqual(answer, granted);
    else assertDenied(answer, /does not say user/);
  }
});

test('a broken installation', async (t) => {
  for (const breakIt of [
    (file: string) => rmSync(file),
    (file: string) => truncateSync(file, 100_000),
    (file: string) => writeFileSync(file, ''),
  ]) {
    const installation = install(t);
    breakIt(path.join(path.dirname(installation.driver), 'biscuit.wasm'));
    assertDenied(await runIn(installation), /cannot load the token library/);
  }
  const withoutReader = install(t, 'require_expiry: false\n');
  rmSync(path.join(path.dirname(withoutReader.driver), 'yaml.js'));
  assertDenied(await runIn(withoutReader), /Cannot find module '\.\/yaml\.js'/);
  const withoutEnd = install(t);
  truncateSync(withoutEnd.driver, 60_000);
  assertDenied(await runIn(withoutEnd), /broke down/);
  const asModule = install(t);
  writeFileSync(path.join(path.dirname(asModule.driver), 'package.json'), '{"type":"module"}');
  assertDenied(await runIn(asModule), /broke down/);
});

test('no Node, a Node that is something else', async (t) => {
  assertDenied(await runWithNode(t, undefined), /node cannot be started: install the package .* again/);
  assertDenied(await runWithNode(t, 'exit 0'), /broke down/);
  assertDenied(await runWithNode(t, 'echo biscuit root x; exit 1'), /broke down/);
  assertDenied(await runWithNode(t, 'echo biscuit root x; kill -SEGV $$'), /broke down/);
});

test("it starts the suite's own Node, whatever PATH has, also from where it was copied to", async (t) => {
  const installation = install(t);
  writeFileSync(path.join(installation.folder, 'node'), '#!/bin/sh\necho biscuit evil x\n', { mode: 0o755 });
  const environment = { PATH: `${installation.folder}:/usr/bin:/bin`, ...installation.environment };
  for (const program of [driver, installation.driver])
    assert.deepEqual(await runDriver({ input: good, argv: [program], environment }), granted);
});

test('streams that are closed', async () => {
  assertDenied(await runInShell('"$1" <&-'), /./);
  assertDenied(await runInShell('"$1" >&-'), /cannot be written/);
  assertDenied(await runInShell('"$1" >/dev/full'), /cannot be written/);
  const unheard = await runInShell('"$1" 2>&-', good.replace('dann1', 'dann2'));
  assert.ok(unheard.exit !== 0 && unheard.stdout === '');
  const unread = await runInShell('{ "$1"; echo "$?" >&2; } | true');
  assert.doesNotMatch(unread.stderr, /^0$/m);
});

test('requests without measure', async () => {
  assertDenied(
    await runDriver({ input: formatRequest('dann1', key, 'A'.repeat(65_537)) }),
    /65537 characters/,
  );
  assertDenied(await runDriver({ input: formatRequest('dann1', key, 'A'.repeat(2_000_000)) }), /longer than/);
  assertDenied(await runInShell('"$1" </dev/zero'), /longer than/);
  assertDenied(await runInShell('yes | "$1"', ''), /longer than/);
});

const tokenWithBlocks = (count: number): { readonly publicKey: string; readonly token: string } => {
  const { privateKey, publicKey } = modules.createKeyPair(biscuits);
  const { Biscuit, BlockBuilder, PublicKey, SignatureAlgorithm } = biscuits;
  const base64 = modules.createToken(biscuits, privateKey.slice(-64), { user: 'dann1', checks: [] });
  let token = Biscuit.fromBase64(base64, PublicKey.fromString(publicKey, SignatureAlgorithm.Ed25519));
  for (let block = 0; block < count; block += 1) {
    const longer = token.appendBlock(new BlockBuilder());
    token.free();
    token = longer;
  }
  return { publicKey, token: token.toBase64() };
};

test('as many blocks as fit into 64 KB are granted, 1,000 are not read', async () => {
  const many = tokenWithBlocks(400);
  const answer = await runDriver({ input: formatRequest('dann1', many.publicKey, many.token) });
  assert.deepEqual(answer, { ...granted, stdout: `biscuit dann1 ${many.publicKey}\n` });
  const tooMany = tokenWithBlocks(1000);
  assertDenied(
    await runDriver({ input: formatRequest('dann1', tooMany.publicKey, tooMany.token) }),
    /characters, more than 65536/,
  );
});

test('whichever limit a hungry token meets first, it is refused', async () => {
  const { privateKey, publicKey } = modules.createKeyPair(biscuits);
  const { Biscuit, BlockBuilder, PublicKey, SignatureAlgorithm } = biscuits;
  const base64 = modules.createToken(biscuits, privateKey.slice(-64), { user: 'dann1', checks: [] });
  const builder = new BlockBuilder();
  for (let value = 0; value < 40; value += 1) builder.addCode(`n(${value});`);
  builder.addCode('big($a, $b, $c, $d, $e) <- n($a), n($b), n($c), n($d), n($e);');
  const hostile = Biscuit.fromBase64(base64, PublicKey.fromString(publicKey, SignatureAlgorithm.Ed25519));
  const input = formatRequest('dann1', publicKey, hostile.appendBlock(builder).toBase64());
  assertDenied(await runDriver({ input }), /more than 128 MiB|2 s of processor time/);
  assertDenied(
    await runDriver({ input, argv: [process.execPath, driver] }),
    /more than 128 MiB|2 s of processor time/,
  );
});

test('a biscuit.yaml that leads nowhere denies', async (t) => {
  const installation = install(t);
  symlinkSync('/nonexistent', path.join(installation.folder, 'etc/auth/biscuit.yaml'));
  assertDenied(await runIn(installation), /cannot read the configuration file/);
});

test('no input makes it print and fail, or succeed without a valid token', async () => {
  const edit = fc.record({
    at: fc.nat(good.length - 1),
    length: fc.nat(6),
    text: fc.string({ maxLength: 6 }),
  });
  const edited = fc
    .array(edit, { minLength: 1, maxLength: 3 })
    .map((edits) =>
      edits.reduce(
        (text, { at, length, text: put }) => text.slice(0, at) + put + text.slice(at + length),
        good,
      ),
    );
  await fc.assert(
    fc.asyncProperty(edited, async (input) => {
      const answer = await runDriver({ input });
      const sound = (text: string): string => text.replaceAll(/\s/g, '');
      if (answer.exit === 0) {
        // White space between elements and around the token is the only thing that may differ.
        assert.equal(sound(input).replaceAll('=', ''), sound(good).replaceAll('=', ''));
        assert.deepEqual(answer, granted);
      } else assertDenied(answer, /./);
    }),
    { numRuns: 60 },
  );
});
