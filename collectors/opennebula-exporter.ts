/** opennebula-exporter: the entry. Serves OpenNebula's metrics and the power of each VM to Prometheus. */
import { formatHelp } from '../lib/config/format-options.ts';
import { OneExtError, reasonOf } from '../lib/errors/oneext-error.ts';
import { watchInterruption } from '../lib/io/interruption.ts';
import { surviveClosedStreams } from '../lib/io/standard-streams.ts';
import { version } from '../lib/version.ts';
import { exporterOptions } from './exporter-options.ts';
import { runExporter } from './io/run-exporter.ts';

const usage = `Usage: opennebula-exporter [OPTION...]

Serves the metrics of an OpenNebula cloud, and the power of each VM, to Prometheus.
The front-end is found as OpenNebula's own clients do: ONE_XMLRPC, ONE_AUTH, ~/.one/one_auth.

${formatHelp(exporterOptions)}  --help, --version
`;

// libuv lets lookups of names take half of its threads; the default of four is too few for hundreds of hosts.
process.env['UV_THREADPOOL_SIZE'] ??= '16';

const untilEnd = new Promise<string>((resolve) => {
  // Not SIGHUP, which means: read the configuration again.
  const { first, close } = watchInterruption(['SIGTERM', 'SIGINT']);
  const end = (): void => {
    close(); // the next signal ends it at once
    resolve(String(first.reason));
  };
  first.addEventListener('abort', end, { once: true });
});
// From the start on: a signal that comes early must not end the process.
let reload = (): void => undefined;
process.on('SIGHUP', () => reload());

const main = async (argv: readonly string[]): Promise<void> => {
  if (argv.includes('--help') || argv.includes('-h')) process.stdout.write(usage);
  else if (argv.includes('--version')) process.stdout.write(`opennebula-exporter ${version}\n`);
  else {
    await runExporter({
      argv,
      environment: process.env,
      version,
      programFile: __filename,
      writeLog: (line) => void process.stderr.write(line),
      onReload: (act) => {
        reload = act;
      },
      untilEnd,
    });
  }
};

surviveClosedStreams();
main(process.argv.slice(2)).catch((thrown: unknown) => {
  const hint = thrown instanceof OneExtError ? `\n${thrown.code}: ${thrown.hint}` : '';
  process.stderr.write(`opennebula-exporter: ${reasonOf(thrown)}${hint}\n`);
  process.exitCode = thrown instanceof OneExtError ? thrown.exitCode : 1;
});
