/**
 * A real Prometheus with a patched configuration: VMs' targets come and go with the hook, service discovery over
 * HTTP gives the same, rules can be evaluated, alerts fire.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { formatTestHosts, formatTestZone } from '../support/cloud-documents.ts';
import { repositoryPath } from '../support/expected.ts';
import { startExporter } from '../support/exporter.ts';
import { type LivingVm, startLivingFrontEnd } from '../support/living-front-end.ts';
import { type ProgramRun, runProgram } from '../support/program.ts';
import { askUntil, queryUntilThere, startPrometheus } from '../support/prometheus.ts';
import { startSimulation } from '../support/simulation.ts';
import { temporaryFolder } from '../support/temporary.ts';

interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapeUrl: string;
  readonly health: string;
}
interface Targets {
  readonly activeTargets: readonly Target[];
}

/** A program in a VM that serves metrics, and the port that it got. */
const startVmExporter = async (t: TestContext): Promise<number> => {
  const server = http.createServer((request, response) =>
    response
      .writeHead(request.url === '/metrics' || request.url === '/app/metrics' ? 200 : 404)
      .end('answer 42\n'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
};

const startCloud = async (t: TestContext) => {
  const folder = temporaryFolder(t);
  const file = (name: string): string => path.join(folder, name);
  const hosts = formatTestHosts([{ id: 0, hostname: 'localhost' }]);
  const frontEnd = await startLivingFrontEnd(t, (method) => {
    if (method === 'one.hostpool.info') return { document: hosts };
    return method === 'one.zonepool.info' ? { document: formatTestZone() } : undefined;
  });
  writeFileSync(file('one_auth'), 'oneadmin:labpass\n');
  const env = {
    PATH: `${folder}:/usr/bin:/bin`,
    ONE_AUTH: file('one_auth'),
    ONE_XMLRPC: frontEnd.endpoint,
    ONEEXT_CONFIG_FILE: '/dev/null',
    ONEEXT_PROMETHEUS_TARGETS_FOLDER: file('targets'),
    ONEEXT_PROMETHEUS_CONFIG: file('prometheus.yml'),
  };
  return {
    folder,
    file,
    frontEnd,
    hook: (id: number): Promise<ProgramRun> =>
      runProgram('dist/hooks/vm_scrape_target', {
        env,
        stdin: Buffer.from(`<VM>\n  <ID>${id}</ID>\n</VM>`).toString('base64'),
      }),
    oneext: (...argv: readonly string[]): Promise<ProgramRun> =>
      runProgram('dist/oneext', { argv: ['prometheus', ...argv], env }),
    /** As a user who owns nothing. */
    oneextAsNobody: (...argv: readonly string[]): Promise<ProgramRun> =>
      runProgram('dist/oneext', { argv: ['prometheus', ...argv], env, uid: 65_534 }),
  };
};

/** What the issue allows Prometheus to take. */
const noticedWithinMs = 10_000;

const targetsOfVm = ({ activeTargets }: Targets, job: string, vmId: string): readonly Target[] =>
  activeTargets.filter(({ labels }) => labels['job'] === job && labels['vm_id'] === vmId);

test('a VM is scraped after the hook ran, and is not after it stopped', async (t) => {
  const { folder, file, frontEnd, hook, oneext } = await startCloud(t);
  const port = await startVmExporter(t);
  const exporter = await startExporter({ endpoint: frontEnd.endpoint, flags: ['--no-collector.server'] });
  t.after(exporter.end);
  writeFileSync(
    file('prometheus.yml'),
    `global: {scrape_interval: 1s, scrape_timeout: 1s} # quick
scrape_configs:
- job_name: elsewhere
  http_sd_configs:
  - {url: '${exporter.url}/sd/vm-exporters', refresh_interval: 1s}
- job_name: agents
  http_sd_configs:
  - {url: '${exporter.url}/sd/power-agents', refresh_interval: 1s}
`,
  );
  const { base, pid } = await startPrometheus(t, file('prometheus.yml'), folder);
  await askUntil(base, 'status/buildinfo', (data) => data);
  writeFileSync(file('systemctl'), `#!/bin/sh\necho ${pid}\n`);
  chmodSync(file('systemctl'), 0o755);
  const patched = await oneext('patch');
  assert.equal(patched.code, 0, patched.stderr);
  assert.match(patched.stdout, /was told to read it/);
  await askUntil(base, 'status/config', ({ yaml }: { yaml: string }) =>
    yaml.includes('sr_exporter') ? yaml : undefined,
  );
  await askUntil(base, 'targets', ({ activeTargets }: Targets) =>
    activeTargets.find(({ labels }) => labels['job'] === 'agents' && labels['instance'] === 'localhost:8080'),
  );

  const vm: LivingVm = {
    id: 7,
    state: 3,
    lcmState: 3,
    address: '127.0.0.1',
    ports: `${port},${port}/app/metrics`,
    name: 'a "b"\nc',
    owner: 'bob',
  };
  frontEnd.vms.set(7, vm);
  assert.equal((await hook(7)).code, 0);
  for (const job of ['sr_exporter', 'elsewhere']) {
    const found = await askUntil(
      base,
      'targets',
      (data: Targets) => {
        const own = targetsOfVm(data, job, '7');
        return own.length === 2 && own.every(({ health }) => health === 'up') ? own : undefined;
      },
      job === 'sr_exporter' ? noticedWithinMs : undefined,
    );
    assert.deepEqual(found.map(({ scrapeUrl }) => scrapeUrl).sort(), [
      `http://127.0.0.1:${port}/app/metrics`,
      `http://127.0.0.1:${port}/metrics`,
    ]);
    assert.deepEqual(found[0]?.labels, {
      job,
      instance: `127.0.0.1:${port}`,
      vm_id: '7',
      one_vm_id: '7',
      one_host_id: '0',
      one_vm_name: 'a "b"\nc',
      one_vm_owner: 'bob',
    });
  }
  const [sample] = await queryUntilThere(base, 'answer{job="sr_exporter"}');
  assert.equal(sample?.value[1], '42');

  frontEnd.vms.set(7, { ...vm, state: 8, lcmState: 0 });
  assert.equal((await hook(7)).code, 0);
  await askUntil(
    base,
    'targets',
    (data: Targets) => (targetsOfVm(data, 'sr_exporter', '7').length === 0 ? true : undefined),
    noticedWithinMs,
  );
  await askUntil(base, 'targets', (data: Targets) =>
    targetsOfVm(data, 'elsewhere', '7').length === 0 ? true : undefined,
  );
});

test('B14-a-last-target-that-goes: not even when Prometheus is told to reload at once', async (t) => {
  const { folder, file, frontEnd, hook, oneext } = await startCloud(t);
  const port = await startVmExporter(t);
  writeFileSync(file('prometheus.yml'), 'global: {scrape_interval: 1s, scrape_timeout: 1s}\n');
  assert.equal((await oneext('patch', '--no-reload')).code, 0);
  const { base, pid } = await startPrometheus(t, file('prometheus.yml'), folder);
  const ids = [3, 4];
  const vm = { state: 3, lcmState: 3, address: '127.0.0.1', ports: String(port) };
  for (const id of ids) frontEnd.vms.set(id, { ...vm, id });
  for (const id of ids) assert.equal((await hook(id)).code, 0);
  await askUntil(base, 'targets', (data: Targets) =>
    ids.every((id) => targetsOfVm(data, 'sr_exporter', String(id)).length === 1) ? true : undefined,
  );
  for (const id of ids) {
    frontEnd.vms.set(id, { ...vm, id, state: 6, lcmState: 0 });
    assert.equal((await hook(id)).code, 0);
  }
  // A change of another job, so that Prometheus sets the discovery of this one up again.
  const config = readFileSync(file('prometheus.yml'), 'utf8');
  writeFileSync(file('prometheus.yml'), config.replace('refresh_interval: 1m', 'refresh_interval: 2m'));
  process.kill(pid, 'SIGHUP');
  await askUntil(
    base,
    'targets',
    (data: Targets) =>
      ids.every((id) => targetsOfVm(data, 'sr_exporter', String(id)).length === 0) ? true : undefined,
    3 * noticedWithinMs,
  );
});

test('twenty hooks at once for ten VMs, and what Prometheus sees of them', async (t) => {
  const { folder, file, frontEnd, hook, oneext } = await startCloud(t);
  writeFileSync(
    file('prometheus.yml'),
    'global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs: []\n',
  );
  assert.equal((await oneext('patch', '--no-reload')).code, 0);
  const { base } = await startPrometheus(t, file('prometheus.yml'), folder);
  const vms = Array.from(
    { length: 10 },
    (_, id): LivingVm => ({ id, state: 3, lcmState: 3, address: `127.0.1.${id + 1}`, ports: '9' }),
  );
  for (const vm of vms) frontEnd.vms.set(vm.id, vm);
  const first = vms.map(({ id }) => hook(id));
  for (const vm of vms) if (vm.id % 2 === 1) frontEnd.vms.set(vm.id, { ...vm, state: 6, lcmState: 0 });
  const second = vms.map(({ id }) => hook(id));
  for (const { code, stderr } of await Promise.all([...first, ...second])) assert.equal(code, 0, stderr);
  const seen = await askUntil(
    base,
    'targets',
    ({ activeTargets }: Targets) => {
      const ids = activeTargets.flatMap(({ labels }) =>
        labels['job'] === 'sr_exporter' ? (labels['vm_id'] ?? []) : [],
      );
      return ids.length === 5 ? ids.sort() : undefined;
    },
    noticedWithinMs,
  );
  assert.deepEqual(seen, ['0', '2', '4', '6', '8']);
});

test('a user who may not write the file does not replace it, and a folder that root makes belongs to the owner of its parent', async (t) => {
  const { folder, file, oneext, oneextAsNobody } = await startCloud(t);
  const config = 'scrape_configs: []\n';
  writeFileSync(file('prometheus.yml'), config, { mode: 0o444 });
  chmodSync(folder, 0o777);
  mkdirSync(file('one'));
  chownSync(file('one'), 65_534, 65_534);
  const refused = await oneextAsNobody('patch');
  assert.equal(refused.code, 1, refused.stderr);
  assert.match(refused.stderr, /PROMETHEUS_CONFIG_WRITE/);
  assert.equal(readFileSync(file('prometheus.yml'), 'utf8'), config);
  const done = await oneext(
    'patch',
    '--no-reload',
    `--prometheus.targets-folder=${file('one/prometheus/targets')}`,
  );
  assert.equal(done.code, 0, done.stderr);
  for (const made of ['one/prometheus', 'one/prometheus/targets'])
    assert.equal(statSync(file(made)).uid, 65_534);
});

const rulesFile = repositoryPath('prometheus-patches/rules/opennebula-extensions.yml');

test('the rules do what their tests say', () => {
  execFileSync('promtool', ['check', 'rules', rulesFile]);
  const folder = repositoryPath('prometheus-patches/rules');
  const run = spawnSync('promtool', ['test', 'rules', 'opennebula-extensions.test.yml'], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
});

test('promtool takes every editing case, patched or unpatched', () => {
  for (const folder of ['testcases', 'unpatch-testcases']) {
    const cases = repositoryPath('test/prometheus-patches', folder);
    for (const name of readdirSync(cases)) {
      const expected = path.join(cases, name, 'expected.yml');
      if (!existsSync(expected)) continue;
      const run = spawnSync('promtool', ['check', 'config', '--syntax-only', expected], { encoding: 'utf8' });
      assert.equal(run.status, 0, `${name}: ${run.stdout}${run.stderr}`);
    }
  }
});

test('the real promtool takes the configuration with our rules, and without us', async (t) => {
  const { file, oneext } = await startCloud(t);
  const config = "rule_files: ['rules.yml']\nscrape_configs:\n- job_name: prometheus\n";
  writeFileSync(file('prometheus.yml'), config);
  writeFileSync(file('rules.yml'), 'groups: []\n');
  writeFileSync(file('opennebula-extensions.yml'), readFileSync(rulesFile));
  const patched = await oneext('patch', '--no-reload');
  assert.match(patched.stdout, /rule_files\n {2}\+ opennebula-extensions\.yml/, patched.stderr);
  writeFileSync(file('opennebula-extensions.yml'), 'groups: nonsense\n');
  writeFileSync(file('prometheus.yml'), config);
  assert.match((await oneext('patch', '--no-reload')).stderr, /PROMETHEUS_CONFIG_REJECTED/);
  writeFileSync(file('opennebula-extensions.yml'), readFileSync(rulesFile));
  assert.equal((await oneext('patch', '--no-reload')).code, 0);
  const unpatched = await oneext('unpatch', '--no-reload');
  assert.equal(unpatched.code, 0, unpatched.stderr);
  assert.ok(readFileSync(file('prometheus.yml'), 'utf8').startsWith(config));
  assert.doesNotMatch(readFileSync(file('prometheus.yml'), 'utf8'), /opennebula-extensions/);
});

test('recording rules show a cloud; alerts fire', async (t) => {
  const folder = temporaryFolder(t);
  const exporter = await startSimulation(t);
  const broken = await startSimulation(t, ['--power.agent-url=http://127.0.0.1:1/metrics']);
  const machines = await startSimulation(t, [], 'telegraf');
  // As they are but for their patience, and with a limit that simulated hosts are above.
  const rules = readFileSync(rulesFile, 'utf8')
    .replaceAll(/for: \d+m/g, 'for: 0s')
    .replace('+ 500', '+ 1');
  writeFileSync(path.join(folder, 'rules.yml'), rules);
  const config = path.join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    `global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
- job_name: opennebula_exporter
  static_configs: [{targets: ['${new URL(exporter.url).host}', '${new URL(broken.url).host}', '${new URL(machines.url).host}']}]
- job_name: sr_exporter
  static_configs: [{targets: ['127.0.0.1:1'], labels: {one_vm_id: '1', one_vm_name: web}}]
`,
  );
  const { base } = await startPrometheus(t, config, folder);
  for (const alert of ['PowerAgentDown', 'HostPowerAboveLimit', 'VMExporterDown']) {
    await askUntil(
      base,
      'alerts',
      ({ alerts }: { alerts: readonly { labels: Record<string, string>; state: string }[] }) =>
        alerts.find(({ labels, state }) => labels['alertname'] === alert && state === 'firing'),
    );
  }
  const byOwner = await queryUntilThere(base, 'owner:opennebula_vm_power_watts:sum');
  assert.ok(byOwner.some(({ metric }) => metric['one_vm_owner'] === 'user1'));
});
