/** oneext: the entry of the command for operators and users of the suite. */
import { OneExtError, reasonOf } from '../lib/errors/oneext-error.ts';
import { surviveClosedStreams } from '../lib/io/standard-streams.ts';
import { version } from '../lib/version.ts';
import { findNamed, formatList, runCommandLine, type Terminal } from './command.ts';
import { commands } from './commands.ts';

const about =
  'Commands of opennebula-extensions. Exit codes: 0 done, 1 failed, 2 usage, 10 a check found something to change, 75 try again, 77 denied, 78 configuration.';

const terminal: Terminal = {
  environment: process.env,
  now: () => new Date(),
  writeResult: (text) => void process.stdout.write(text),
  writeNote: (text) => void process.stderr.write(text),
  isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
  hasColour: process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '',
  columns: process.stdout.isTTY === true ? process.stdout.columns : undefined,
};

const main = async (argv: readonly string[]): Promise<void> => {
  const [name, ...rest] = argv;
  if (name === '--version')
    return terminal.writeResult(`oneext ${version} (Node ${process.versions.node})\n`);
  if (name === '--help' || name === '-h') return terminal.writeResult(formatList('oneext', about, commands));
  const command = findNamed('oneext', commands, name);
  await runCommandLine(`oneext ${command.name}`, await command.load(), rest, terminal);
};

surviveClosedStreams();
main(process.argv.slice(2)).catch((thrown: unknown) => {
  const hint = thrown instanceof OneExtError ? `\n${thrown.code}: ${thrown.hint}` : '';
  process.stderr.write(`oneext: ${reasonOf(thrown)}${hint}\n`);
  process.exitCode = thrown instanceof OneExtError ? thrown.exitCode : 1;
});
