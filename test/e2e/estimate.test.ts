/**
 * The estimate: a host that has a meter alone, and the CPU of its VMs from OpenNebula. All of it over HTTP, by a clock
 * of the test: power is known after a minute.
 */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { powerAgents } from '../../collectors/agents/agents.ts';
import { createAgentMemory, createVmMonitoringMemory } from '../../collectors/io/agent-memory.ts';
import { createAgentAsker } from '../../collectors/io/ask-agents.ts';
import { createVmMonitoringReader } from '../../collectors/io/read-vm-monitoring.ts';
import { powerCollector } from '../../collectors/power.ts';
import { createXmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { hostShape, parseHost } from '../../lib/one/host.ts';
import { parseVm, vmShape } from '../../lib/one/vm.ts';
import { encodeFamilies } from '../../lib/prometheus/exposition.ts';
import { encodeDocument } from '../../simulator/front-end.ts';
import { defaultSettings, emptyDocuments } from '../support/documents.ts';
import { httpAnswer, startRawServer } from '../support/raw-server.ts';
import { startRecordedFrontEnd } from '../support/recorded-front-end.ts';
import { readObjects } from '../support/recordings.ts';
import { familyOf } from '../support/samples.ts';

const hosts = readObjects(
  Buffer.from(
    '<HOST_POOL><HOST><ID>0</ID><NAME>kvm0</NAME><STATE>2</STATE><VM_MAD>kvm</VM_MAD>' +
      '<HOST_SHARE><TOTAL_CPU>400</TOTAL_CPU></HOST_SHARE><TEMPLATE><HYPERVISOR>kvm</HYPERVISOR></TEMPLATE></HOST></HOST_POOL>',
  ),
  'HOST',
  hostShape,
  parseHost,
);
/** VM 2 has no record in the monitoring. */
const vms = readObjects(
  Buffer.from(
    `<VM_POOL>${[1, 2]
      .map(
        (id) =>
          `<VM><ID>${id}</ID><STATE>3</STATE><LCM_STATE>3</LCM_STATE><DEPLOY_ID>one-${id}</DEPLOY_ID>` +
          '<HISTORY_RECORDS><HISTORY><HID>0</HID></HISTORY></HISTORY_RECORDS></VM>',
      )
      .join('')}</VM_POOL>`,
  ),
  'VM',
  vmShape,
  parseVm,
).map((vm) => ({
  ...vm,
  flavours: -1,
  exporter: undefined,
  tokenUsers: undefined,
  previousHostId: undefined,
}));

/**
 * @param pageAt what the meter answers, by the seconds that have passed
 * @param hostAhead what the clock of the host is ahead of the exporter's, in seconds
 */
const startCloud = async (
  t: TestContext,
  pageAt: (seconds: number) => string,
  hostAhead: (seconds: number) => number = () => 0,
) => {
  const beganAt = 1_700_000_000;
  let seconds = 0;
  const now = (): number => (beganAt + seconds) * 1000;
  const records = (): string =>
    `<MONITORING_DATA><MONITORING><CPU>50</CPU><ID>1</ID><TIMESTAMP>${beganAt + seconds + hostAhead(seconds)}</TIMESTAMP></MONITORING></MONITORING_DATA>`;
  const frontEnd = await startRecordedFrontEnd((method) =>
    method === 'one.vmpool.monitoring'
      ? { bytes: httpAnswer('200 OK', encodeDocument(records())) }
      : undefined,
  );
  const meter = await startRawServer(() => ({ bytes: httpAnswer('200 OK', pageAt(seconds)) }));
  t.after(() => Promise.all([frontEnd.close(), meter.close()]));
  const client = createXmlRpcClient({
    endpoint: new URL(`http://127.0.0.1:${frontEnd.port}/RPC2`),
    credentials: async () => 'oneadmin:labpass',
    totalTimeoutMs: 10_000,
  });
  const settings = {
    ...defaultSettings,
    'power.agent-url': [`http://127.0.0.1:${meter.port}/metrics`],
  };
  const askAgents = createAgentAsker({
    agents: powerAgents,
    settings,
    now,
    memory: createAgentMemory(),
    onChange: () => undefined,
  });
  const memory = createVmMonitoringMemory();
  const { cpu: readVmCpu } = createVmMonitoringReader({
    client,
    now,
    intervalMs: 30_000,
    memory,
    onChange: (failure) => assert.equal(failure, undefined),
  });
  return async (at: number): Promise<string> => {
    seconds = at;
    const agents = await askAgents(hosts);
    await readVmCpu(agents);
    await memory.asking;
    const documents = { ...emptyDocuments, hosts, vms, agents, vmCpu: await readVmCpu(agents) };
    return encodeFamilies(powerCollector.collect(documents, settings), 'prometheus').toString();
  };
};

const powerOn = (page: string) => familyOf(page, 'opennebula_vm_power_consumption_uW');
const reasonsOn = (page: string): readonly string[] =>
  Object.keys(familyOf(page, 'opennebula_vm_power_unmeasured_info')).map((labels) =>
    labels.replace(/^.*one_vm_id="(\d+)",reason="(\w+)".*$/, '$1 $2'),
  );
const methodOn = (page: string): string | undefined =>
  /opennebula_power_agent_info\{.*method="(\w*)"/.exec(page)?.[1];

/** node_exporter on a host that draws 100 W, and 200 W from the second minute on. */
const raplPage = (seconds: number): string =>
  `node_rapl_package_joules_total{index="0",path="/sys/class/powercap/intel-rapl:0"} ${5000 + 100 * seconds + 100 * Math.max(0, seconds - 60)}\nnode_scrape_collector_success{collector="rapl"} 1\n`;

test('the power of the host over a minute, times the CPU of the VM by all CPUs', async (t) => {
  const pageAt = await startCloud(t, raplPage);
  assert.deepEqual(reasonsOn(await pageAt(0)), ['1 first_reading', '2 first_reading']);
  const second = await pageAt(15);
  assert.deepEqual([powerOn(second), methodOn(second)], [{}, 'opennebula_cpu']);
  assert.deepEqual(reasonsOn(await pageAt(45)), ['1 first_reading', '2 first_reading']);
  const known = await pageAt(75);
  // From the 15th second to the 75th: 100 W for 45 s and 200 W for 15 s; half of four CPUs' one.
  assert.deepEqual(powerOn(known), { '{one_vm_id="1"}': (125e6 * 0.5) / 4 });
  assert.deepEqual(reasonsOn(known), ['2 cpu_unknown']);
});

test('a meter that gives watts: the same, and nothing while it stands still', async (t) => {
  const watts = (of: string): string =>
    `powerstat_package_current_power_consumption_watts{package_id="0"} ${of}\nprocess_open_fds 1\n`;
  const pageAt = await startCloud(t, (seconds) => watts(seconds === 130 ? '0' : '80'));
  for (const at of [0, 30]) assert.deepEqual(powerOn(await pageAt(at)), {});
  assert.deepEqual(powerOn(await pageAt(60)), { '{one_vm_id="1"}': 10e6 });
  assert.deepEqual(reasonsOn(await pageAt(130)), ['1 agent_unsound', '2 agent_unsound']);
});

test('15-clocks: a host whose clock is hours away, or is set back meanwhile, is estimated as any other', async (t) => {
  const clocks = [() => -7200, () => 7200, (seconds: number) => (seconds < 60 ? 0 : -1800)] as const;
  for (const clock of clocks) {
    const pageAt = await startCloud(t, raplPage, clock);
    for (const at of [0, 15, 45]) await pageAt(at);
    assert.deepEqual(powerOn(await pageAt(75)), { '{one_vm_id="1"}': (125e6 * 0.5) / 4 });
  }
});
