import assert from 'node:assert/strict';
import test from 'node:test';
import { powerAgentTargets } from '../../../collectors/agents/power-agent-targets.ts';
import { hostShape, parseHost } from '../../../lib/one/host.ts';
import { readObjects } from '../../support/recordings.ts';

const hosts = readObjects(
  Buffer.from(
    `<HOST_POOL>
       <HOST><ID>3</ID><NAME>kvm3</NAME><TEMPLATE><HYPERVISOR>kvm</HYPERVISOR></TEMPLATE></HOST>
       <HOST><ID>4</ID><NAME>kvm4</NAME><TEMPLATE><HYPERVISOR>kvm</HYPERVISOR>
         <POWER_AGENT_URL>http://kvm4:28282/metrics</POWER_AGENT_URL></TEMPLATE></HOST>
     </HOST_POOL>`,
  ),
  'HOST',
  hostShape,
  parseHost,
);

test('each agent has the job of its name; node_exporter is scraped anyway', () => {
  const urls = ['8080', '9273', '9100'].map((port) => `http://{hostname}:${port}/metrics`);
  const group = (target: string, id: string) => ({
    targets: [target],
    labels: { host_id: id, one_host_id: id },
  });
  assert.deepEqual(Object.fromEntries(powerAgentTargets(hosts, urls)), {
    scaphandre: [group('kvm3:8080', '3')],
    telegraf: [group('kvm3:9273', '3')],
    kepler: [group('kvm4:28282', '4')],
  });
});
