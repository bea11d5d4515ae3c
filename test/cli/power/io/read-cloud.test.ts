/** What advice knows of hosts and VMs, and which VMs and requirements it leaves to the scheduler. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import { readCloud } from '../../../../cli/power/io/read-cloud.ts';
import type { XmlRpcClient } from '../../../../lib/io/xml-rpc-client.ts';
import { meetsRequirements } from '../../../../lib/one/requirements.ts';

const vm = (id: number, inTemplate: string): string =>
  `<VM><ID>${id}</ID><NAME>vm${id}</NAME><STATE>3</STATE><LCM_STATE>3</LCM_STATE>` +
  `<TEMPLATE><CPU>1</CPU><MEMORY>1024</MEMORY>${inTemplate}</TEMPLATE>` +
  '<HISTORY_RECORDS><HISTORY><HID>1</HID></HISTORY></HISTORY_RECORDS></VM>';

const group = (id: string): string => `<VMGROUP><ROLE>db</ROLE><VMGROUP_ID>${id}</VMGROUP_ID></VMGROUP>`;

const documents: Readonly<Record<string, string>> = {
  'one.vmpool.infoextended': `<VM_POOL>${vm(1, '')}${vm(2, group('0'))}${vm(3, group('7'))}${vm(4, group(''))}</VM_POOL>`,
  'one.hostpool.info':
    '<HOST_POOL><HOST><ID>1</ID><NAME>kvm1</NAME><STATE>2</STATE><VM_MAD>kvm</VM_MAD><CLUSTER_ID>0</CLUSTER_ID>' +
    '<HOST_SHARE><MAX_CPU>1600</MAX_CPU><CPU_USAGE>400</CPU_USAGE></HOST_SHARE>' +
    '<TEMPLATE><HYPERVISOR>kvm</HYPERVISOR><POWER_WATTS>151.3</POWER_WATTS></TEMPLATE>' +
    '<VMS><ID>1</ID><ID>2</ID><ID>3</ID><ID>4</ID></VMS></HOST></HOST_POOL>',
};

const client: XmlRpcClient = {
  call: async (method, _parameters, options) => {
    options?.onPayload?.(Buffer.from(documents[method] ?? assert.fail(method)));
    return '';
  },
};

const readOne = async (t: TestContext) => {
  const server = http.createServer((_, response) =>
    response.end('opennebula_host_idle_watts{one_host_id="1"} 90\n'),
  );
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const exporterUrl = new URL(`http://127.0.0.1:${port}/metrics`);
  const hosts = await readCloud(client, {
    exporterUrl,
    exporterTimeoutMs: 10_000,
    credentialsFile: '',
  });
  assert.equal(hosts.length, 1);
  return hosts[0] ?? assert.fail();
};

test('a VM of a VM group stays: its rules stand in no requirement of the VM', async (t) => {
  const { vms, idleWatts } = await readOne(t);
  const inGroup = 'is in a VM group, whose rules only the scheduler knows';
  assert.equal(idleWatts, 90);
  assert.deepEqual(
    vms.map(({ staysBecause }) => staysBecause),
    [undefined, inGroup, inGroup, undefined],
  );
});

test('an attribute that no document read here has is left to the scheduler', async (t) => {
  const { attributeOf } = await readOne(t);
  const cases: readonly (readonly [string, boolean | undefined])[] = [
    ['(CLUSTER_ID = 0) & !(PUBLIC_CLOUD = YES) & !(PIN_POLICY = PINNED)', true],
    ['POWER_WATTS < 350 & CPU_USAGE = 400 & HYPERVISOR = kvm', true],
    ['!(CURRENT_VMS = 2)', undefined],
    ['!(FREE_CPU < 400)', undefined],
    ['!(ZONE_TIER = "bronze")', undefined],
    ['RUNNING_VMS < 10', undefined],
  ];
  for (const [expression, wanted] of cases)
    assert.equal(meetsRequirements(expression, attributeOf), wanted, expression);
});
