/** opennebula-exporter: the entry. Serves OpenNebula's metrics and the power of each VM to Prometheus. */
import { formatHelp } from '../lib/config/format-options.ts';
import { OneExtError, reasonOf } from '../lib/errors/oneext-error.ts';
import { watchInterruption } from '../lib/io/interruption.ts';
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
  // Not SIGHUP: who started it with nohup wants it to stay.
  const { first, close } = watchInterruption(['SIGTERM', 'SIGINT']);
  const end = (): void => {
    close(); // the next signal ends it at once
    resolve(String(first.reason));
  };
  first.addEventListener('abort', end, { once: true });
});

const main = async (argv: readonly string[]): Promise<void> => {
  if (argv.includes('--help') || argv.includes('-h')) process.stdout.write(usage);
  else if (argv.includes('--version')) process.stdout.write(`opennebula-exporter ${version}\n`);
  else {
    const writeLog = (line: string): void => void process.stderr.write(line);
    await runExporter({ argv, environment: process.env, version, writeLog, untilEnd });
  }
};

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const hint = thrown instanceof OneExtError ? `\n${thrown.code}: ${thrown.hint}` : '';
  process.stderr.write(`opennebula-exporter: ${reasonOf(thrown)}${hint}\n`);
  process.exitCode = thrown instanceof OneExtError ? thrown.exitCode : 1;
});
