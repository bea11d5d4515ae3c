/** The completions of the package in the shells themselves: every command, verb and option of the table is offered. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, type TestContext } from 'node:test';
import { verbsOf } from '../../packaging/command-table.ts';
import { readCommands } from '../../scripts/read-commands.ts';
import { repositoryPath } from '../support/expected.ts';
import { makePackages } from '../support/packages.ts';
import { temporaryFolder } from '../support/temporary.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'completions-test-'));
after(() => rmSync(folder, { recursive: true }));
const root = path.join(folder, 'root');
execFileSync('dpkg-deb', ['--extract', (await makePackages()).deb, root]);
const share = path.join(root, 'usr/share');

interface Question {
  /** What was typed. */
  readonly line: string;
  /** What must be offered, sorted. */
  readonly offered: readonly string[];
}

/** Of the whole table; commands that take no operand offer options without being asked. */
const questions = async (): Promise<readonly Question[]> => {
  const commands = await readCommands();
  const groups = commands.filter((command) => verbsOf(command).length > 0);
  const lines = commands.flatMap((command) => command.lines);
  return [
    { line: 'oneext ', offered: commands.map(({ name }) => name) },
    ...groups.map((command) => ({ line: `oneext ${command.name} `, offered: verbsOf(command) })),
    ...lines.map(({ words, options }) => ({
      line: `oneext ${words.join(' ')} --`,
      offered: [...Object.keys(options), 'help'].map((name) => `--${name}`),
    })),
    { line: 'oneext prometheus sync --prometheus.address-preference ', offered: ['ipv4', 'ipv6'] },
    { line: 'oneext token create --private-key-file LIC', offered: ['LICENSE'] },
    { line: 'oneext token inspect LIC', offered: ['LICENSE'] },
    { line: 'oneext token create --user ', offered: [] },
  ].map(({ line, offered }) => ({ line, offered: [...offered].sort() }));
};

const sorted = (words: readonly string[]): readonly string[] => words.filter((word) => word !== '').sort();
/** Where a command or verb is expected, shells may offer what stands for it too. */
const withoutFlags = ({ line }: Question, words: readonly string[]): readonly string[] =>
  line.endsWith('--') ? words : words.filter((word) => !word.startsWith('--'));

const check = async (ask: (line: string) => readonly string[]): Promise<void> => {
  for (const question of await questions()) {
    assert.deepEqual(withoutFlags(question, sorted(ask(question.line))), question.offered, question.line);
  }
};

test('bash, whose bash-completion finds the file by the name of the command', async () => {
  const script = `source /usr/share/bash-completion/bash_completion
_completion_loader oneext
compopt() { :; } # bash has it only while it completes
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
"$(complete -p oneext | sed -E 's/.*-F (\\S+) .*/\\1/')"
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { ...process.env, XDG_DATA_DIRS: share };
  await check((line) =>
    execFileSync('bash', ['-c', script, 'ask', ...line.split(' ')], { env, encoding: 'utf8' }).split('\n'),
  );
});

test('fish', async () => {
  const file = path.join(share, 'fish/vendor_completions.d/oneext.fish');
  await check((line) => {
    const argv = ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', file, line];
    const said = execFileSync('fish', argv, { env: { ...process.env, HOME: folder }, encoding: 'utf8' });
    return said.split('\n').map((row) => row.split('\t')[0] ?? '');
  });
});

const askZsh = (t: TestContext, lines: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const functions = path.join(temporaryFolder(t), 'functions');
  cpSync(path.join(share, 'zsh/vendor-completions'), functions, { recursive: true });
  const script = repositoryPath('test/system/completions/ask.zsh');
  const said = execFileSync('zsh', ['-f', script, functions, ...lines], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  const answers = said.split(/^\? /m).slice(1);
  return new Map(answers.map((answer) => [answer.split('\n')[0] ?? '', answer.split('\n').slice(1)]));
};

test('zsh', async (t) => {
  const lines = (await questions()).map(({ line }) => line);
  const answers = askZsh(t, lines);
  await check((line) => answers.get(line) ?? ['no answer']);
});
