/**
 * Shows the exporter at work: a simulated cloud whose VMs come, go and migrate, the real exporter in front, and reports
 * of energy with CO2 and cost. `--once` ends as soon as there is a report with energy in it; otherwise it runs until
 * Ctrl-C. `--agent` chooses the power agent of the hosts.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs, promisify } from 'node:util';
import { simulatedCredentials } from '../simulator/simulate.ts';

const { values } = parseArgs({
  options: { once: { type: 'boolean', default: false }, agent: { type: 'string', default: 'scaphandre' } },
});
const firstPort = 9925;
const intervalMs = 6000;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

const findPort = async (): Promise<number> => {
  for (let port = firstPort; port < firstPort + 100; port += 1) if (await isFree(port)) return port;
  throw new Error(`no port is free from ${firstPort} on`);
};

/** The first line of a child's output that matches. */
const firstMatch = async (
  child: ChildProcess,
  stream: NodeJS.ReadableStream,
  pattern: RegExp,
): Promise<string> => {
  for await (const line of createInterface({ input: stream })) {
    const match = pattern.exec(line);
    if (match !== null) {
      stream.resume();
      return match[1] ?? match[0];
    }
    process.stderr.write(`${line}\n`);
  }
  throw new Error(`${child.spawnargs.join(' ')} ended early`);
};

const untilInterrupt = new Promise<'interrupt'>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve('interrupt'));
});
const afterMs = (delayMs: number): Promise<'time'> =>
  new Promise((resolve) => setTimeout(resolve, delayMs, 'time').unref());

const children: ChildProcess[] = [];
const folder = mkdtempSync(path.join(tmpdir(), 'opennebula-extensions-demo-'));

const startSimulator = async (): Promise<{ readonly endpoint: string; readonly agentUrl: string }> => {
  const cloud = ['--hosts', '3', '--vms', '8', '--lifetime', '90', '--migration', '12', '--processes', '60'];
  const ports = ['--port', '0', '--agents-port', '0', '--agent', values.agent];
  const child = spawn(process.execPath, ['build/simulator/simulator.js', ...cloud, ...ports], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return JSON.parse(await firstMatch(child, child.stdout, /^\{.*\}$/));
};

const configFile = path.join(folder, 'oneext.yaml');
const configuration = `energy:
  directory: ${path.join(folder, 'energy')}
  interval: 5s
  idle: reserved
  prices:
    - { per_kwh: 0.24, currency: EUR }
`;

const startExporter = async (endpoint: string, agentUrl: string, port: number): Promise<void> => {
  const authFile = path.join(folder, 'one_auth');
  writeFileSync(authFile, simulatedCredentials, { mode: 0o600 });
  writeFileSync(configFile, configuration);
  // There is no OpenNebula on this machine whose services could be shown.
  const flags = [
    `--web.listen-address=127.0.0.1:${port}`,
    `--power.agent-url=${agentUrl}`,
    '--no-collector.server',
  ];
  const child = spawn(
    process.execPath,
    ['dist/opennebula-exporter', `--config.file=${configFile}`, ...flags],
    {
      env: { ...process.env, ONE_AUTH: authFile, ONE_XMLRPC: endpoint },
      stdio: ['ignore', 'inherit', 'pipe'],
    },
  );
  children.push(child);
  await firstMatch(child, child.stderr, /msg=listening/);
};

/** Energy needs two readings, and an estimate a minute; no agent needs longer. */
const longestWaitMs = 150_000;

/** Whether there is energy in it, with its CO2. */
const showReport = async (): Promise<boolean> => {
  const report = async (...argv: readonly string[]): Promise<string> => {
    const command = ['dist/oneext', 'energy', 'report', '--by=owner', `--config.file=${configFile}`, ...argv];
    return (await promisify(execFile)(process.execPath, command)).stdout;
  };
  const { RECORDS: records }: { RECORDS: readonly Record<string, number>[] } = JSON.parse(
    await report('--format=json'),
  );
  const isKnown = records.some(({ CO2_G: grams }) => (grams ?? 0) > 0);
  if (isKnown) say(`\n$ oneext energy report --by owner\n${await report()}`);
  return isKnown;
};

/** Whether the power of a VM is known. */
const showPower = async (url: string): Promise<boolean> => {
  const page = await (await fetch(url)).text();
  const shown = 'opennebula_vm_power_consumption_uW{\\|opennebula_vm_energy_joules_total{';
  say(`\n$ curl -s ${url} | grep '${shown}'`);
  for (const line of page.split('\n'))
    if (shown.split('\\|').some((name) => line.startsWith(name))) say(line);
  return /^opennebula_vm_power_consumption_uW\{.*\} [1-9]/m.test(page);
};

const main = async (): Promise<void> => {
  const { endpoint, agentUrl } = await startSimulator();
  const port = await findPort();
  await startExporter(endpoint, agentUrl, port);
  const url = `http://localhost:${port}/metrics`;
  say(`A simulated cloud of 3 hosts and 8 VMs answers at ${endpoint}.`);
  if (port !== firstPort) say(`Port ${firstPort} is taken: the exporter listens on ${port} instead.`);
  say(`The exporter serves its metrics at ${url}.`);
  const startedAt = performance.now();
  if (!(await showPower(url)))
    say('\nNo power is known yet: an agent that counts needs two readings, and an estimate takes a minute.');
  if (!values.once)
    say('\nVMs come, go and migrate; their power moves. A report of their energy follows. Ctrl-C ends.');
  while ((await Promise.race([untilInterrupt, afterMs(intervalMs)])) === 'time') {
    await showPower(url);
    const isReported = await showReport();
    if (values.once && (isReported || performance.now() - startedAt > longestWaitMs)) return;
  }
};

try {
  await main();
} finally {
  for (const child of children) {
    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
  rmSync(folder, { recursive: true, force: true });
}
