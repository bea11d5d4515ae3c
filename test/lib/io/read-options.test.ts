/** Options of a program whose file has faults, or may not be read. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { durationOption, textOption } from '../../../lib/config/options.ts';
import { suiteOptions } from '../../../lib/config/suite-options.ts';
import { readOptions } from '../../../lib/io/read-options.ts';
import { runProgram } from '../../support/program.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const table = {
  ...suiteOptions,
  'top.limit': durationOption({ help: '', default: '1s' }, 1, 10_000),
  'power.agent-url': textOption({ help: '', default: 'none' }, 'URL'),
};

const writeConfiguration = (t: TestContext, text: string): string => {
  const file = path.join(temporaryFolder(t), 'oneext.yaml');
  writeFileSync(file, text);
  return file;
};

test('D12-unknown-keys-beside-wrong-values: one answer has them all', async (t) => {
  const file = writeConfiguration(t, 'top: {limit: soon, limt: 1s}\npowr: {agent_url: x}\none: {foo: 1}\n');
  const read = (answersFor: readonly string[]) =>
    readOptions({ table, argv: [`--config.file=${file}`], environment: {}, answersFor });
  await assert.rejects(read(['top']), ({ message }: Error) => {
    assert.match(message, /^the configuration has 3 problem\(s\): top\.limit in .* is "soon" but must be/);
    assert.match(message, /; nothing reads the key top\.limt; did you mean top\.limit\? \(in \//);
    assert.match(message, /; nothing reads the key powr\.agent_url; did you mean power\.agent_url\? \(in/);
    return true;
  });
});

test('an option of another program is read from the file and the environment, and is no flag', async (t) => {
  const file = writeConfiguration(t, 'power: {agent_url: file}\n');
  const read = (argv: readonly string[], environment = {}) =>
    readOptions({
      ...{ table, environment, notFlags: new Set(['power.agent-url']) },
      argv: [`--config.file=${file}`, ...argv],
    });
  assert.equal((await read([])).options['power.agent-url'], 'file');
  const { options } = await read([], { ONEEXT_POWER_AGENT_URL: 'variable' });
  assert.equal(options['power.agent-url'], 'variable');
  await assert.rejects(read(['--power.agent-url=flag']), {
    message: 'wrong usage: unknown option --power.agent-url',
  });
});

const needsRoot = { skip: process.getuid?.() !== 0 && 'needs root to act for another user' };
const nobody = 65_534;

for (const [title, forbid] of Object.entries({
  'the folder may not be entered': (etc: string, _file: string) => chmodSync(etc, 0o700),
  'the file may not be read': (_etc: string, file: string) => chmodSync(file, 0o600),
  'the folder may not be entered, and has no such file': (etc: string, file: string) => {
    rmSync(file);
    chmodSync(etc, 0o700);
  },
})) {
  test(`D8-${title}: a command of an ordinary user goes on without it, and says so`, needsRoot, async (t) => {
    const root = temporaryFolder(t);
    const etc = path.join(root, 'etc');
    mkdirSync(etc);
    chmodSync(root, 0o755);
    const file = path.join(etc, 'oneext.yaml');
    writeFileSync(file, 'geolocation: {database: /of/the/file}\n');
    forbid(etc, file);
    const run = (...argv: readonly string[]) =>
      runProgram('dist/oneext', {
        argv: ['geolocation', 'lookup', '192.0.2.1', ...argv],
        env: { ONE_LOCATION: root, ONEEXT_GEOLOCATION_DATABASE: '/nowhere.mmdb' },
        uid: nobody,
      });
    const { stderr, code } = await run();
    assert.equal(code, 1);
    const [note, ...rest] = stderr.split('\n');
    assert.match(
      note ?? '',
      /^cannot read the configuration file \/.*oneext\.yaml: EACCES: .*; the defaults take its place$/,
    );
    assert.match(rest.join('\n'), /There is no database at \/nowhere\.mmdb/);
    const named = await run(`--config.file=${file}`);
    assert.equal(named.code, 78, 'what was named must be read');
    assert.doesNotMatch(named.stderr, /the defaults take its place/);
  });
}

test(
  'D8-a daemon or a hook that may not read its file does not start with the defaults',
  needsRoot,
  async (t) => {
    const root = temporaryFolder(t);
    chmodSync(root, 0o755);
    const etc = path.join(root, 'etc');
    mkdirSync(etc, { mode: 0o700 });
    const { code, stderr } = await runProgram('dist/opennebula-exporter', {
      env: { ONE_LOCATION: root },
      uid: nobody,
    });
    assert.equal(code, 78);
    assert.match(stderr, /cannot read the configuration file/);
  },
);
