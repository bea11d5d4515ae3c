/** The exporter against an agent that is known to inflate: what it asks of OpenNebula, and whom it believes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { encodeDocument } from '../../simulator/front-end.ts';
import { repositoryPath } from '../support/expected.ts';
import { get, startExporter } from '../support/exporter.ts';
import { httpAnswer, methodOf, type RawAnswer, startRawServer } from '../support/raw-server.ts';
import { startRecordedFrontEnd } from '../support/recorded-front-end.ts';
import { familyOf } from '../support/samples.ts';

const answerOf = (document: string): RawAnswer => ({
  bytes: httpAnswer('200 OK', encodeDocument(document)),
});

/** The host of the recordings has two CPUs. */
const hosts =
  '<HOST_POOL><HOST><ID>0</ID><NAME>kvm0</NAME><STATE>2</STATE><VM_MAD>kvm</VM_MAD>' +
  '<HOST_SHARE><TOTAL_CPU>200</TOTAL_CPU></HOST_SHARE><TEMPLATE><HYPERVISOR>kvm</HYPERVISOR></TEMPLATE></HOST></HOST_POOL>';
const formatVm = (id: number, deployId: string): string =>
  `<VM><ID>${id}</ID><NAME>vm</NAME><STATE>3</STATE><LCM_STATE>3</LCM_STATE><DEPLOY_ID>${deployId}</DEPLOY_ID>` +
  '<TEMPLATE><VCPU>1</VCPU></TEMPLATE><USER_TEMPLATE/><HISTORY_RECORDS><HISTORY><HID>0</HID></HISTORY></HISTORY_RECORDS></VM>';
/** 7 was imported, 525 has the UUID of its domain as DEPLOY_ID. */
const vms = [
  formatVm(524, 'one-524'),
  formatVm(525, '11111111-2222-4333-8444-000000000525'),
  formatVm(526, 'one-526'),
  formatVm(7, 'one-528'),
];
const formatMonitoring = (percents: Readonly<Record<number, number>>): string => {
  const now = Math.floor(Date.now() / 1000);
  const records = Object.entries(percents).map(
    ([id, cpu]) => `<MONITORING><CPU>${cpu}</CPU><ID>${id}</ID><TIMESTAMP>${now}</TIMESTAMP></MONITORING>`,
  );
  return `<MONITORING_DATA>${records.join('')}</MONITORING_DATA>`;
};

/** A cloud whose host has an agent with a recorded page. */
const startCloud = async (t: TestContext, page: string, percents: Readonly<Record<number, number>>) => {
  const documents = new Map([
    ['one.hostpool.info', hosts],
    ['one.vmpool.info', `<VM_POOL>${vms.join('')}</VM_POOL>`],
    ['one.vmpool.infoextended', `<VM_POOL>${vms.join('')}</VM_POOL>`],
    ['one.vmpool.monitoring', formatMonitoring(percents)],
  ]);
  const frontEnd = await startRecordedFrontEnd((method) => {
    const document = documents.get(method);
    return document === undefined ? undefined : answerOf(document);
  });
  const agent = await startRawServer(() => ({
    bytes: httpAnswer('200 OK', readFileSync(repositoryPath('test/fixtures/agents', page))),
  }));
  const exporter = await startExporter({
    endpoint: `http://127.0.0.1:${frontEnd.port}/RPC2`,
    flags: [`--power.agent-url=http://127.0.0.1:${agent.port}/metrics`, '--no-collector.server'],
  });
  t.after(() => Promise.all([exporter.end(), frontEnd.close(), agent.close()]));
  const text = await get(exporter);
  const watts = Object.entries(familyOf(text, 'opennebula_vm_power_consumption_uW')).map(
    ([labels, power]) => `${labels} ${(power / 1e6).toFixed(2)} W`,
  );
  const reasons = Object.keys(familyOf(text, 'opennebula_vm_power_unmeasured_info'));
  const asked = frontEnd.requests.filter((request) => methodOf(request) === 'one.vmpool.monitoring');
  return { text, watts, reasons, asked };
};

const honest = [
  '{one_vm_id="524"} 8.39 W',
  '{one_vm_id="525"} 4.31 W',
  '{one_vm_id="526"} 2.49 W',
  '{one_vm_id="7"} 0.28 W',
];

test('1-inflated: a build that inflates is compared with the CPU that OpenNebula has', async (t) => {
  const cloud = await startCloud(t, 'side-3-scaphandre-1.0.3.prom', { 524: 15.4, 525: 0.1, 526: 4.6 });
  assert.deepEqual(
    cloud.watts,
    honest.filter((line) => !line.includes('525')),
  );
  assert.deepEqual(cloud.reasons, ['{one_host_id="0",one_vm_id="525",reason="inflated"}']);
  assert.equal(cloud.asked.length, 1);
  assert.match(cloud.text, /^opennebula_power_agent_doubtful_info\{one_host_id="0",agent="scaphandre"/m);
});

test('1-inflated: of a page on which all VMs have the power of the host, nothing is believed', async (t) => {
  const cloud = await startCloud(t, 'slow-walk-2-scaphandre-1.0.3-debian-inflated.prom', { 524: 4, 525: 4 });
  assert.deepEqual(cloud.watts, []);
  assert.match(cloud.text, /^opennebula_power_agent_info\{.*reason="inflated"/m);
});

test('other builds are believed, and OpenNebula is not asked', async (t) => {
  const cloud = await startCloud(t, 'side-3-scaphandre-1.0.2.prom', { 524: 0, 525: 0 });
  assert.equal(cloud.watts.length, 4);
  assert.deepEqual(cloud.reasons, []);
  assert.deepEqual(cloud.asked, []);
});
