/**
 * What our exporter is compared with: the packages that lend themselves, put together without further thought.
 *
 * `node composition.js PORT ONE_XMLRPC AGENT_URL`; every GET reads all documents and answers the metrics.
 */
import http from 'node:http';
import { XMLParser } from 'fast-xml-parser';
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { Gauge, Registry } from 'prom-client';
import xmlrpc from 'xmlrpc';
import { simulatedCredentials } from '../simulator/simulate.ts';

const [port = '', endpoint = '', agentUrl = ''] = process.argv.slice(2);
const url = new URL(endpoint);
const client = xmlrpc.createClient({ host: url.hostname, port: Number(url.port), path: url.pathname });
const parser = new XMLParser();

const callOne = (method: string, ...parameters: readonly number[]): Promise<string> =>
  new Promise((resolve, reject) => {
    client.methodCall(method, [simulatedCredentials, ...parameters], (error, value) => {
      if (Array.isArray(value) && value[0] === true) resolve(String(value[1]));
      else reject(error ?? new Error(String(value)));
    });
  });

interface One {
  readonly [name: string]: One;
}

/** What fast-xml-parser makes of repeated elements is an array, of one an object, of none nothing. */
const listOf = (value: unknown): readonly One[] =>
  value === undefined || value === '' ? [] : ([value].flat() as unknown as readonly One[]);

const readPool = async (method: string, pool: string, name: string, ...parameters: readonly number[]) =>
  listOf(parser.parse(await callOne(method, ...parameters))[pool][name]);

const vmCommandLine = /^\S*\/(?:qemu-kvm-one|qemu-system-\w+|qemu-kvm|kvm)-nameguest=one-(\d+)(?:,|-|$)/;

/** Power of each VM on one host, in µW: the largest of its series. */
const readAgent = async (hostId: string): Promise<ReadonlyMap<string, number>> => {
  const page = await (await fetch(agentUrl.replace('{id}', hostId))).text();
  const power = new Map<string, number>();
  // The parser makes a family of every run of lines with one name, and Scaphandre writes process by process.
  for (const { name, metrics } of parsePrometheusTextFormat(page)) {
    if (name !== 'scaph_process_power_consumption_microwatts') continue;
    for (const { labels, value } of metrics) {
      const id = vmCommandLine.exec(labels?.['cmdline'] ?? '')?.[1];
      if (id !== undefined) power.set(id, Math.max(power.get(id) ?? 0, Number(value)));
    }
  }
  return power;
};

const vmValues: Readonly<Record<string, (vm: One) => unknown>> = {
  host_id: (vm) => listOf(vm['HISTORY_RECORDS']?.['HISTORY']).at(-1)?.['HID'] ?? -1,
  state: (vm) => vm['STATE'],
  lcm_state: (vm) => vm['LCM_STATE'],
  mem_total_bytes: (vm) => Number(vm['TEMPLATE']?.['MEMORY']) * 1024 * 1024,
  cpu_ratio: (vm) => vm['TEMPLATE']?.['CPU'],
  cpu_vcpus: (vm) => vm['TEMPLATE']?.['VCPU'] ?? 1,
  disks: (vm) => listOf(vm['TEMPLATE']?.['DISK']).length,
  nics: (vm) => listOf(vm['TEMPLATE']?.['NIC']).length,
  ut_flavours: (vm) => vm['USER_TEMPLATE']?.['FLAVOURS'] ?? -1,
};

const hostValues: Readonly<Record<string, (host: One) => unknown>> = {
  state: (host) => host['STATE'],
  mem_total_bytes: (host) => Number(host['HOST_SHARE']?.['TOTAL_MEM']) * 1024,
  mem_maximum_bytes: (host) => Number(host['HOST_SHARE']?.['MAX_MEM']) * 1024,
  mem_usage_bytes: (host) => Number(host['HOST_SHARE']?.['MEM_USAGE']) * 1024,
  cpu_total_ratio: (host) => host['HOST_SHARE']?.['TOTAL_CPU'],
  cpu_maximum_ratio: (host) => host['HOST_SHARE']?.['MAX_CPU'],
  cpu_usage_ratio: (host) => host['HOST_SHARE']?.['CPU_USAGE'],
  vms: (host) => listOf(host['VMS']?.['ID']).length,
};

const datastoreValues: Readonly<Record<string, (datastore: One) => unknown>> = {
  total_bytes: (datastore) => Number(datastore['TOTAL_MB']) * 1024 * 1024,
  used_bytes: (datastore) => Number(datastore['USED_MB']) * 1024 * 1024,
  free_bytes: (datastore) => Number(datastore['FREE_MB']) * 1024 * 1024,
  images: (datastore) => listOf(datastore['IMAGES']?.['ID']).length,
};

const isActive = (vm: One): boolean => Number(vm['STATE']) === 3;

const readMetrics = async (): Promise<string> => {
  const registry = new Registry();
  const setGauge = (
    name: string,
    label: string,
    values: Iterable<readonly [id: string, value: unknown]>,
  ): void => {
    const gauge = new Gauge({ name, help: name, labelNames: [label], registers: [registry] });
    for (const [id, value] of values) gauge.set({ [label]: id }, Number(value));
  };
  const setAll = (
    kind: string,
    objects: readonly One[],
    values: Readonly<Record<string, (object: One) => unknown>>,
  ) => {
    for (const [name, value] of Object.entries(values)) {
      const all = objects.map((object) => [String(object['ID']), value(object)] as const);
      setGauge(`opennebula_${kind}_${name}`, `one_${kind}_id`, all);
    }
  };
  const [vms, hosts, datastores] = await Promise.all([
    readPool('one.vmpool.infoextended', 'VM_POOL', 'VM', -2, -1, -1, -1),
    readPool('one.hostpool.info', 'HOST_POOL', 'HOST'),
    readPool('one.datastorepool.info', 'DATASTORE_POOL', 'DATASTORE'),
    readPool('one.vnpool.info', 'VNET_POOL', 'VNET', -2, -1, -1),
    readPool('one.zonepool.info', 'ZONE_POOL', 'ZONE'),
  ]);
  setAll('vm', vms, vmValues);
  setAll('host', hosts, hostValues);
  setAll('datastore', datastores, datastoreValues);
  const power = new Map<string, number>();
  for (const vm of vms) if (!isActive(vm)) power.set(String(vm['ID']), 0);
  for (const measured of await Promise.all(hosts.map((host) => readAgent(String(host['ID']))))) {
    for (const [id, microwatts] of measured) power.set(id, (power.get(id) ?? 0) + microwatts);
  }
  setGauge('opennebula_vm_power_consumption_uW', 'one_vm_id', power);
  return registry.metrics();
};

const server = http.createServer((_, response) => {
  readMetrics().then(
    (text) => response.end(text),
    (thrown: unknown) => response.writeHead(500).end(String(thrown)),
  );
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'));
