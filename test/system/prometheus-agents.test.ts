/** A real Prometheus scrapes recorded pages of power agents, with the configuration that `oneext prometheus patch` writes. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { kepler } from '../../collectors/agents/kepler.ts';
import { powerAgentTargets } from '../../collectors/agents/power-agent-targets.ts';
import { scaphandre } from '../../collectors/agents/scaphandre.ts';
import { telegraf } from '../../collectors/agents/telegraf.ts';
import { hostShape, parseHost } from '../../lib/one/host.ts';
import { planScrapes } from '../../prometheus-patches/jobs.ts';
import { patchConfig } from '../../prometheus-patches/patch-config.ts';
import { repositoryPath } from '../support/expected.ts';
import { queryUntilThere, startPrometheus } from '../support/prometheus.ts';
import { testCloud } from '../support/prometheus-config.ts';
import { readObjects } from '../support/recordings.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** A loopback address of the test's own: the ports are those that the agents have by default. */
const address = '127.28.28.2';

const serve = async (t: TestContext, port: number, page: string): Promise<string> => {
  const server = http.createServer((_, answer) =>
    answer.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }).end(page),
  );
  server.listen(port, address);
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://${address}:${port}/metrics`;
};
const recorded = (name: string): string => readFileSync(repositoryPath('test/fixtures', name), 'utf8');

test('each agent is scraped in the job of its name, and its series say which host they are of', async (t) => {
  const urls = await Promise.all([
    serve(t, scaphandre.defaultPort, recorded('agents/scaphandre-1.0.2-small.prom')),
    serve(
      t,
      kepler.defaultPort,
      `${recorded('kepler/v0.11.4-all-3.prom')}oneext_vm_process_info{domain="one-524",pid="9"} 1\n`,
    ),
    serve(t, telegraf.defaultPort, recorded('telegraf/ipmi-v2-out-v2-intel.prom')),
  ]);
  const hosts = readObjects(
    Buffer.from(
      `<HOST_POOL><HOST><ID>3</ID><NAME>kvm3</NAME><VM_MAD>kvm</VM_MAD>
       <TEMPLATE><POWER_AGENT_URL>${urls.join(' ')}</POWER_AGENT_URL></TEMPLATE></HOST></HOST_POOL>`,
    ),
    'HOST',
    hostShape,
    parseHost,
  );
  const plan = planScrapes({
    ...testCloud,
    hosts: [],
    reachable: new Set(),
    powerAgents: powerAgentTargets(hosts, []),
  });
  const folder = temporaryFolder(t);
  const config = path.join(folder, 'prometheus.yml');
  const patched = patchConfig('global: {scrape_interval: 1s, scrape_timeout: 1s}\n', plan);
  assert.ok(patched.kind === 'edited');
  writeFileSync(config, patched.text);
  const { base } = await startPrometheus(t, config, folder);
  for (const [job, metric] of [
    ['scaphandre', 'scaph_host_power_microwatts'],
    ['kepler', 'kepler_vm_cpu_watts'],
    ['kepler', 'oneext_vm_process_info'],
    ['telegraf', 'ipmi_sensor_value'],
  ])
    assert.notDeepEqual(
      await queryUntilThere(base, `${metric}{job="${job}",host_id="3",one_host_id="3"}`),
      [],
      metric,
    );
});
