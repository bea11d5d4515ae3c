/** What holds for every command of oneext. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { allOptions } from '../../cli/all-options.ts';
import { configurable, type OptionTable } from '../../lib/config/options.ts';
import { resolveOptions } from '../../lib/config/resolve.ts';
import { readCommands } from '../../scripts/read-commands.ts';
import { runProgram } from '../support/program.ts';

const lines = (await readCommands()).flatMap((command) => command.lines);
const oneext = (...argv: readonly string[]) => runProgram('dist/oneext', { argv, env: {} });

test('an option that may stand in oneext.yaml stands in the list of all options, and is the same there', () => {
  const all: OptionTable = allOptions;
  for (const { words, table } of lines) {
    for (const [name, spec] of Object.entries(configurable(table))) {
      const { help, form, default: fallback } = all[name] ?? {};
      assert.deepEqual(
        [help, form, fallback],
        [spec.help, spec.form, spec.default],
        `${words.join(' ')} --${name}`,
      );
    }
  }
});

test('every default is a value that its option takes', () => {
  for (const { words, table } of lines) {
    const { problems } = resolveOptions(table, []);
    assert.deepEqual(problems, words.join(' ') === 'token create' ? ['--user is missing'] : []);
  }
});

test('wrong usage reads the same in every command', async () => {
  for (const { words } of lines) {
    const { code, stderr } = await oneext(...words, '--hlep', '--bogus=1');
    assert.equal(code, 2, words.join(' '));
    assert.match(stderr, /wrong usage: unknown option --hlep; did you mean --help\?; unknown option --bogus/);
  }
});

test('a command or verb that does not exist: the nearest name, and all that there are', async () => {
  for (const [argv, pattern] of [
    [['instal'], /unknown command "instal"; did you mean install\?; oneext has install, /],
    [['token', 'inspct'], /unknown command "inspct"; did you mean inspect\?; oneext token has keypair, /],
    [['token'], /oneext token needs a command; oneext token has keypair, create, /],
    [[], /oneext needs a command; oneext has install, /],
  ] as const) {
    const { code, stderr } = await oneext(...argv);
    assert.equal(code, 2);
    assert.match(stderr, pattern);
  }
});

test('--help after -- is an operand', async () => {
  const { code, stderr } = await oneext('geolocation', 'lookup', '--', '--help');
  assert.equal(code, 2);
  assert.match(stderr, /"--help" is no IPv4 or IPv6 address/);
});
