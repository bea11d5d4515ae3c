/** Runs a command of `oneext`, and says what went wrong. */
import { OneExtError, reasonOf } from '../lib/errors/oneext-error.ts';
import { findNamed, runCommandLine, type Terminal } from './command.ts';
import { commands } from './commands.ts';

const runNamed = async ([name, ...rest]: readonly string[], terminal: Terminal): Promise<void> => {
  const command = findNamed('oneext', commands, name);
  await runCommandLine(`oneext ${command.name}`, await command.load(), rest, terminal);
};

/** The exit code. */
export const run = (argv: readonly string[], terminal: Terminal): Promise<number> =>
  runNamed(argv, terminal).then(
    () => 0,
    (thrown: unknown) => {
      const hint = thrown instanceof OneExtError ? `\n${thrown.code}: ${thrown.hint}` : '';
      terminal.writeNote(`oneext: ${reasonOf(thrown)}${hint}\n`);
      return thrown instanceof OneExtError ? thrown.exitCode : 1;
    },
  );
