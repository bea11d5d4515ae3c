/** /sd/* of the real exporter. */
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import test, { type TestContext } from 'node:test';
import { formatTestHosts } from '../support/cloud-documents.ts';
import { type ExporterProcess, get, startExporter, statusOf } from '../support/exporter.ts';
import { type LivingFrontEnd, startLivingFrontEnd } from '../support/living-front-end.ts';
import { closedPort } from '../support/raw-server.ts';
import { startRecordedFrontEnd } from '../support/recorded-front-end.ts';

const start = async (
  t: TestContext,
  endpoint: string,
  ...flags: readonly string[]
): Promise<ExporterProcess> => {
  const exporter = await startExporter({ endpoint, flags: ['--no-collector.server', ...flags] });
  t.after(exporter.end);
  return exporter;
};

const startCloud = async (t: TestContext): Promise<LivingFrontEnd> => {
  const document = formatTestHosts([
    { id: 2, hostname: 'kvm2.example.org' },
    { id: 0, hostname: 'kvm0.example.org', name: '10.0.0.10' },
    { id: 1, name: 'new' },
    { id: 3, hostname: 'lxc.example.org', hypervisor: 'lxc' },
  ]);
  const frontEnd = await startLivingFrontEnd(t, (method) =>
    method === 'one.hostpool.info' ? { document } : undefined,
  );
  const running = { state: 3, lcmState: 3, ports: '9100 9200/m' };
  frontEnd.vms.set(7, { id: 7, ...running, address: '10.0.0.7', name: 'a"b\nc', owner: 'bob', hostId: 2 });
  frontEnd.vms.set(3, { id: 3, ...running, address: '10.0.0.3', lcmState: 4 });
  frontEnd.vms.set(4, { id: 4, ...running, address: '10.0.0.4', state: 8, lcmState: 0 });
  frontEnd.vms.set(5, { id: 5, ...running });
  frontEnd.vms.set(6, { id: 6, state: 3, lcmState: 3, address: '10.0.0.6' });
  return frontEnd;
};

test("VMs' exporters: those that the files of the hooks have", async (t) => {
  const frontEnd = await startCloud(t);
  const exporter = await start(t, frontEnd.endpoint);
  const response = await fetch(`${exporter.url}/sd/vm-exporters`);
  assert.equal(response.headers.get('content-type'), 'application/json');
  const labels = { vm_id: '7', one_vm_id: '7', one_host_id: '2', one_vm_name: 'a"b\nc', one_vm_owner: 'bob' };
  const groups = (await response.json()) as { targets: string[]; labels: Record<string, string> }[];
  assert.deepEqual(
    groups.map((group) => group.targets),
    [['10.0.0.3:9100'], ['10.0.0.3:9200'], ['10.0.0.7:9100'], ['10.0.0.7:9200']],
  );
  assert.deepEqual(groups[2]?.labels, labels);
  assert.deepEqual(groups[3]?.labels, { ...labels, __metrics_path__: '/m' });
});

test('power agents and hosts', async (t) => {
  const frontEnd = await startCloud(t);
  const exporter = await start(t, frontEnd.endpoint, '--power.agent-url=https://{hostname}/power');
  const agent = (id: string, target: string) => ({
    targets: [target],
    labels: { host_id: id, one_host_id: id, __scheme__: 'https', __metrics_path__: '/power' },
  });
  assert.deepEqual(JSON.parse(await get(exporter, '/sd/power-agents')), [
    agent('2', 'kvm2.example.org:443'),
    agent('0', '10.0.0.10:443'),
    agent('1', 'new:443'),
  ]);
  assert.equal(
    await get(exporter, '/sd/power-agents?agent=scaphandre'),
    await get(exporter, '/sd/power-agents'),
  );
  assert.equal(await statusOf(`${exporter.url}/sd/power-agents?agent=x`), 400);
  const host = (id: string, name: string, target: string) => ({
    targets: [target],
    labels: { one_host_id: id, __meta_opennebula_host_name: name, __meta_opennebula_cluster: 'default' },
  });
  assert.deepEqual(JSON.parse(await get(exporter, '/sd/hosts?port=9926')), [
    host('0', '10.0.0.10', 'kvm0.example.org:9926'),
    host('2', 'kvm2.example.org', 'kvm2.example.org:9926'),
    host('3', 'lxc.example.org', 'lxc.example.org:9926'),
  ]);
  assert.match(await get(exporter, '/sd/hosts'), /kvm0\.example\.org:9100/);
  for (const port of ['', '0', '65536', '-1', 'x']) {
    assert.equal(await statusOf(`${exporter.url}/sd/hosts?port=${port}`), 400, port);
  }
  assert.equal(await statusOf(`${exporter.url}/sd/vms`), 404);
});

test('C1-discovery: a host whose HOSTNAME is that of another machine is no target, and named once', async (t) => {
  const document = formatTestHosts([
    { id: 0, hostname: 'localhost', name: 'kvm0.invalid' },
    { id: 1, hostname: hostname(), name: 'kvm1.invalid' },
    { id: 2, hostname: 'clone.invalid', name: 'kvm2.invalid' },
    { id: 3, hostname: 'clone.invalid', name: 'kvm3.invalid' },
    { id: 4, hostname: 'kvm4.invalid', name: '192.0.2.4' },
    { id: 5, hostname: hostname(), name: '127.0.0.1' },
  ]);
  const frontEnd = await startLivingFrontEnd(t, (method) =>
    method === 'one.hostpool.info' ? { document } : undefined,
  );
  const exporter = await start(t, frontEnd.endpoint);
  const targetsAt = async (port: number): Promise<readonly string[]> => {
    const groups = JSON.parse(await get(exporter, `/sd/hosts?port=${port}`)) as { targets: string[] }[];
    return groups.flatMap(({ targets }) => targets);
  };
  assert.deepEqual(await targetsAt(9926), ['kvm4.invalid:9926', `${hostname()}:9926`]);
  assert.deepEqual(await targetsAt(9100), ['kvm4.invalid:9100', `${hostname()}:9100`]);
  const named = exporter.log().match(/host \d+ \([^)]*\) is left out: its HOSTNAME is \S+/g) ?? [];
  assert.deepEqual(named, [
    'host 0 (kvm0.invalid) is left out: its HOSTNAME is localhost,',
    `host 1 (kvm1.invalid) is left out: its HOSTNAME is ${hostname()},`,
    'host 2 (kvm2.invalid) is left out: its HOSTNAME is clone.invalid,',
    'host 3 (kvm3.invalid) is left out: its HOSTNAME is clone.invalid,',
  ]);
});

test('a scrape and service discovery share what was read', async (t) => {
  const frontEnd = await startCloud(t);
  const exporter = await start(t, frontEnd.endpoint);
  await get(exporter);
  frontEnd.calls.length = 0;
  await get(exporter, '/sd/vm-exporters');
  await get(exporter, '/sd/hosts');
  await get(exporter, '/sd/power-agents');
  assert.deepEqual(frontEnd.calls, []);
});

test('recorded VMs', async (t) => {
  const frontEnd = await startRecordedFrontEnd();
  t.after(frontEnd.close);
  const exporter = await start(
    t,
    `http://127.0.0.1:${frontEnd.port}/RPC2`,
    '--prometheus.address-preference=ipv6',
  );
  const groups = JSON.parse(await get(exporter, '/sd/vm-exporters')) as {
    targets: string[];
    labels: { vm_id: string };
  }[];
  assert.deepEqual(
    groups.map(({ targets, labels }) => [labels.vm_id, ...targets]),
    [
      ['0', '[fd00:10::1]:9100'],
      ['1', '[fd00:10::2]:9100'],
      ['8', '127.11.0.1:9100'],
      ['9', '127.11.0.2:9200'],
    ],
  );
});

test('what cannot be read is an error and no empty list', async (t) => {
  const exporter = await start(t, `http://127.0.0.1:${await closedPort()}/RPC2`);
  for (const path of ['/sd/vm-exporters', '/sd/power-agents', '/sd/hosts']) {
    assert.equal(await statusOf(`${exporter.url}${path}`), 503, path);
  }
  assert.match(exporter.log(), /service discovery failed" path=\/sd\/hosts/);
});
