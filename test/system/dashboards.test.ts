/** Every query of every dashboard finds data in a real Prometheus that scrapes simulated clouds. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { type SimulatedAgent, simulate } from '../../simulator/simulate.ts';
import { repositoryPath } from '../support/expected.ts';
import { startExporter } from '../support/exporter.ts';
import { queryUntilThere, startPrometheus } from '../support/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';

const hosts = 3;

/** Each address is scraped as that of a zone: the clouds have the same ids. */
const startCloud = async (t: TestContext, agent: SimulatedAgent, folder: string, isMeasured = true) => {
  const simulation = await simulate({
    hosts,
    vms: 12,
    lifetimeSeconds: 600,
    migrationSeconds: 10,
    processes: 40,
    port: 0,
    agentsPort: 0,
    still: false,
    agent,
  });
  t.after(simulation.close);
  const config = path.join(folder, `${agent}.yaml`);
  writeFileSync(config, 'energy: {prices: [{per_kwh: 0.25, currency: EUR}]}\n');
  const exporter = await startExporter({
    endpoint: simulation.endpoint,
    credentials: 'oneadmin:opennebula',
    flags: [
      `--config.file=${config}`,
      `--power.agent-url=${isMeasured ? simulation.agentUrl : 'http://127.0.0.1:1/metrics'}`,
      '--no-collector.server',
      `--energy.directory=${path.join(folder, agent)}`,
      '--energy.interval=1s',
      '--energy.pue=1.4',
    ],
  });
  t.after(exporter.end);
  return { exporter: new URL(exporter.url).host, agents: new URL(simulation.agentUrl).host };
};

/** Jobs for the pages of all agents, under the address of their host as Prometheus would have it. */
const agentJob = (name: string, address: string): string =>
  Array.from(
    { length: hosts },
    (_, id) => `
- job_name: ${name}-${id}
  metrics_path: /${id}/metrics
  static_configs: [{targets: ['${address}']}]
  relabel_configs: [{target_label: instance, replacement: 'kvm${id}:9100'}]`,
  ).join('');

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

/** As Grafana writes a query where everything is chosen, for the last minute. */
const interpolate = (expr: string): string =>
  expr.replaceAll(/\$__(?:rate_interval|range)\b/g, '1m').replaceAll(/\$(?:one_\w+|host)\b/g, '.*');

test('each query of each dashboard has data', async (t) => {
  const folder = temporaryFolder(t);
  const clouds = [
    await startCloud(t, 'scaphandre', folder, false),
    await startCloud(t, 'onepower', folder),
    await startCloud(t, 'telegraf', folder),
    await startCloud(t, 'kepler', folder),
  ];
  const [, , telegraf, kepler] = clouds;
  const config = path.join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    `global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
scrape_configs:
- job_name: opennebula_exporter
  static_configs:
${clouds.map(({ exporter }, zone) => `  - {targets: ['${exporter}'], labels: {one_zone_id: '${zone}'}}\n`).join('')}${agentJob('telegraf', telegraf?.agents ?? '')}${agentJob('kepler', kepler?.agents ?? '')}
`,
  );
  const { base } = await startPrometheus(t, config, folder);
  const dashboards = repositoryPath('dist/prometheus/dashboards');
  for (const file of readdirSync(dashboards)) {
    const { panels } = JSON.parse(readFileSync(path.join(dashboards, file), 'utf8')) as {
      readonly panels: readonly Panel[];
    };
    assert.ok(panels.length > 4, file);
    for (const { title, targets = [] } of panels)
      for (const { expr } of targets) {
        const found = await queryUntilThere(base, interpolate(expr));
        assert.ok(found.length > 0, `${file}: ${title}`);
      }
  }
});
