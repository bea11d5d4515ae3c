/** opennebula-power-agent: the entry. Measures what VMs of a hypervisor draw, and tells Prometheus. */
import { formatHelp } from '../lib/config/format-options.ts';
import { OneExtError, reasonOf } from '../lib/errors/oneext-error.ts';
import { watchInterruption } from '../lib/io/interruption.ts';
import { surviveClosedStreams } from '../lib/io/standard-streams.ts';
import { version } from '../lib/version.ts';
import { agentOptions } from './agent-options.ts';
import { runAgent } from './io/run-agent.ts';

const usage = `Usage: opennebula-power-agent [OPTION...]

Measures the energy of a hypervisor and the CPU time of its VMs, and serves the energy of each VM to Prometheus.

${formatHelp(agentOptions)}  --help, --version
`;

const untilEnd = new Promise<string>((resolve) => {
  const { first, close } = watchInterruption();
  const end = (): void => {
    close(); // the next signal ends it at once
    resolve(String(first.reason));
  };
  first.addEventListener('abort', end, { once: true });
});

const main = async (argv: readonly string[]): Promise<void> => {
  if (argv.includes('--help') || argv.includes('-h')) process.stdout.write(usage);
  else if (argv.includes('--version')) process.stdout.write(`opennebula-power-agent ${version}\n`);
  else
    await runAgent({
      argv,
      version,
      programFile: __filename,
      writeLog: (line) => void process.stderr.write(line),
      untilEnd,
    });
};

surviveClosedStreams();
main(process.argv.slice(2)).catch((thrown: unknown) => {
  const hint = thrown instanceof OneExtError ? `\n${thrown.code}: ${thrown.hint}` : '';
  process.stderr.write(`opennebula-power-agent: ${reasonOf(thrown)}${hint}\n`);
  process.exitCode = thrown instanceof OneExtError ? thrown.exitCode : 1;
});
