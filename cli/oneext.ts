/** oneext: the entry of the command for operators and users of the suite. */
import { reasonOf } from '../lib/errors/oneext-error.ts';
import { surviveClosedStreams } from '../lib/io/standard-streams.ts';
import { version } from '../lib/version.ts';
import { formatList, type Terminal } from './command.ts';
import { commands } from './commands.ts';

const about =
  'Commands of opennebula-extensions. Exit codes: 0 done, 1 failed, 2 usage, 10 a check found something to change, 75 try again, 77 denied, 78 configuration.';

/** Made where a command runs: to look at the streams costs a tenth of an empty start. */
const createTerminal = (): Terminal => ({
  environment: process.env,
  now: () => new Date(),
  writeResult: (text) => void process.stdout.write(text),
  writeNote: (text) => void process.stderr.write(text),
  isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
  hasColour: process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '',
  columns: process.stdout.isTTY === true ? process.stdout.columns : undefined,
});

const main = async (argv: readonly string[]): Promise<void> => {
  const [name] = argv;
  if (name === '--version')
    return void process.stdout.write(`oneext ${version} (Node ${process.versions.node})\n`);
  if (name === '--help' || name === '-h')
    return void process.stdout.write(formatList('oneext', about, commands));
  // From here on all stands in another file (scripts/executables.json).
  const { run } = await import('./run.ts');
  process.exitCode = await run(argv, createTerminal());
};

surviveClosedStreams();
main(process.argv.slice(2)).catch((thrown: unknown) => {
  process.stderr.write(`oneext: ${reasonOf(thrown)}\n`);
  process.exitCode = 1;
});
