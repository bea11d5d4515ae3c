/** The exporter reads the simulated pages of other agents as they were meant. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { hostsAt, meanMicrowatts, runsOn, vmsAt } from '../../simulator/cloud.ts';
import { formatNodeExporterPage, formatTelegrafPage } from '../../simulator/host-meter-pages.ts';
import { formatKeplerPage } from '../../simulator/kepler-page.ts';
import { simulate, simulatedAgents } from '../../simulator/simulate.ts';
import { readAgentPages } from '../support/agent-pages.ts';

const settings = { hosts: 1, vms: 6, lifetimeSeconds: 600, migrationSeconds: 10 };
const [host] = hostsAt(settings, 50);
const vms = vmsAt(settings, 50);

test('Kepler: each VM has its part of the power of the host', () => {
  assert.ok(host !== undefined);
  const pages = [0, 20].map((passed) => formatKeplerPage(host, vms, { passed, processes: 60 }));
  const verdict = readAgentPages(pages, { times: [0, 20] })[1]?.verdict;
  assert.ok(verdict?.sound);
  const { hostPower = 0, domains = [], method } = verdict.reading;
  assert.equal(method, 'cpu_seconds');
  assert.ok(Math.abs(hostPower - meanMicrowatts) < 1);
  const running = vms.filter((vm) => runsOn(vm, host.id));
  assert.deepEqual(
    domains.map(({ name }) => name),
    running.map(({ id }) => `one-${id}`),
  );
  for (const [at, { load }] of running.entries()) {
    const power = domains[at]?.power;
    // Ticks of 10 ms on 64 CPUs in 20 s.
    assert.ok(typeof power === 'number' && Math.abs(power - load * meanMicrowatts) < 3000);
  }
});

test('Telegraf and node_exporter: the power of the host, and of the machine', () => {
  assert.ok(host !== undefined);
  const [telegraf] = readAgentPages([formatTelegrafPage(host)]);
  assert.ok(telegraf?.verdict.sound);
  assert.ok(Math.abs((telegraf.verdict.reading.hostPower ?? 0) - host.powerMicrowatts) < 2e4);
  assert.deepEqual(
    telegraf.platform.map(({ source, watts }) => [source, watts]),
    [['dcmi', Math.round((1.6 * host.powerMicrowatts) / 1e6)]],
  );
  const pages = [0, 20].map((passed) => formatNodeExporterPage(host, passed));
  const verdict = readAgentPages(pages, { times: [0, 20] })[1]?.verdict;
  assert.ok(verdict?.sound);
  assert.ok(Math.abs((verdict.reading.hostPower ?? 0) - meanMicrowatts) < 1);
});

test('a cloud that stands still: after ten minutes no agent is taken for one that has stopped', async (t) => {
  for (const agent of simulatedAgents) {
    let now = 0;
    const simulation = await simulate({
      ...settings,
      agent,
      processes: 20,
      still: true,
      port: 0,
      agentsPort: 0,
      now: () => now,
    });
    t.after(simulation.close);
    const pages: string[] = [];
    const times = [0, 300, 600];
    for (const seconds of times) {
      now = seconds * 1000;
      pages.push(await (await fetch(simulation.agentUrl.replace('{id}', '0'))).text());
    }
    const last = readAgentPages(pages, { times }).at(-1)?.verdict;
    assert.deepEqual(last?.sound, true, `${agent}: ${JSON.stringify(last)}`);
  }
});
