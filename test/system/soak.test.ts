/**
 * 20 hostile power agents and 200 hostile clients beside a real Prometheus that scrapes a cloud of 1,000 VMs once a
 * second (two jobs, every two seconds each): no scrape takes more than two seconds, none fails, and the exporter
 * stays below 150 MB.
 *
 * What means harm runs in processes of its own that give way, the rest before all else on the machine: the exporter
 * is tested, and not how two processors are shared.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import bcrypt from 'bcryptjs';
import { simulatedCredentials } from '../../simulator/simulate.ts';
import { repositoryPath } from '../support/expected.ts';
import { startExporter } from '../support/exporter.ts';
import { queryUntilThere, startPrometheus } from '../support/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';

const seconds = 40;
/** Priorities as nice has them. */
const mine = -10;
const last = 19;
const mostBytes = 150e6;

/** Starts one of our programs; the first line that it prints. */
const startBeside = async (
  t: TestContext,
  priority: number,
  [file = '', ...argv]: readonly string[],
): Promise<string> => {
  const child = spawn(process.execPath, [repositoryPath(file), ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  setPriority(child.pid ?? 0, priority);
  const ended = once(child, 'close');
  t.after(() => {
    child.kill('SIGKILL');
    return ended;
  });
  return String((await once(child.stdout, 'data'))[0]);
};

/** The most memory that it has had since its start. */
const peakRssOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

const scrapeConfig = (host: string): string =>
  [
    // A scrape that takes more than two seconds fails.
    'global: {scrape_interval: 2s, scrape_timeout: 2s}\nscrape_configs:',
    ...['a', 'b'].map(
      (job) =>
        `- job_name: ${job}\n  basic_auth: {username: prom, password: secret}\n  static_configs: [{targets: ['${host}']}]`,
    ),
  ].join('\n');

test('B1-B2-B8-soak: nothing that agents and clients do delays or fails a scrape', async (t) => {
  setPriority(mine); // which all that is started inherits
  const cloud = JSON.parse(
    await startBeside(t, mine, [
      'build/simulator/simulator.js',
      ...['--hosts=20', '--vms=1000', '--processes=100', '--lifetime=3600', '--port=0', '--agents-port=0'],
    ]),
  );
  const agentsPort = (await startBeside(t, last, ['build/test/system/soak-lab/hostile-agents.js'])).trim();
  const folder = temporaryFolder(t);
  const webConfig = path.join(folder, 'web.yml');
  writeFileSync(webConfig, `basic_auth_users:\n  prom: ${bcrypt.hashSync('secret', 10)}\n`);
  const exporter = await startExporter({
    endpoint: cloud.endpoint,
    credentials: simulatedCredentials,
    flags: [
      `--power.agent-url=${cloud.agentUrl}`,
      `--power.agent-url=http://127.0.0.1:${agentsPort}/{id}`,
      '--no-collector.server',
      `--web.config.file=${webConfig}`,
    ],
  });
  t.after(exporter.end);
  const { host, port } = new URL(exporter.url);
  const config = path.join(folder, 'prometheus.yml');
  writeFileSync(config, scrapeConfig(host));
  const { base } = await startPrometheus(t, config, folder);
  await queryUntilThere(base, 'opennebula_vm_power_consumption_uW > 0');

  await startBeside(t, last, ['build/test/system/soak-lab/hostile-clients.js', port, 'secret']);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const mostRss = peakRssOf(exporter.pid);

  const ask = async (query: string): Promise<number> =>
    Number((await queryUntilThere(base, query))[0]?.value[1]);
  const [count, least, longest] = [
    await ask(`sum(count_over_time(up[${seconds}s]))`),
    await ask(`min(min_over_time(up[${seconds}s]))`),
    await ask(`max(max_over_time(scrape_duration_seconds[${seconds}s]))`),
  ];
  t.diagnostic(`${count} scrapes, the longest ${longest} s; at most ${mostRss / 1e6} MB`);
  assert.ok(count >= seconds / 2, `${count} scrapes`);
  assert.ok(longest < 2, `${longest} s`);
  assert.equal(least, 1, 'no scrape failed');
  assert.ok(mostRss > 0 && mostRss < mostBytes, `${mostRss} bytes`);
  assert.equal(await ask('count(opennebula_vm_state{job="a"})'), 1000);
});
