/** Reads what Prometheus should scrape: hosts and front-ends from OpenNebula, and which exporters answer. */
import { allOfPool, readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { type Host, hostShape, parseHost } from '../../lib/one/host.ts';
import { takeUnique } from '../../lib/one/unique-objects.ts';
import { extendedVmShape } from '../../lib/one/vm.ts';
import { zoneShape } from '../../lib/one/zone.ts';
import type { ExportingVm } from '../../lib/prometheus/vm-targets.ts';
import { type Cloud, optionalTargetsOf } from '../jobs.ts';
import { chooseZone, parseZoneAddresses } from '../zone-servers.ts';
import { findLocal, ownHostname } from './local-address.ts';
import { probe } from './probe.ts';
import { parseExportingVm } from './read-exporting-vm.ts';

/** By id. */
export const readHosts = async (client: XmlRpcClient): Promise<readonly Host[]> => {
  const hosts = await readDocument(client, {
    method: 'one.hostpool.info',
    parameters: [],
    objectName: 'HOST',
    shape: hostShape,
    parse: parseHost,
  });
  return [...takeUnique(hosts).objects].sort((a, b) => a.id - b.id);
};

const notDone = -1;

/** VMs that are not done and say that they serve metrics. What stands twice is read alone later. */
export const readExportingVms = async (client: XmlRpcClient): Promise<readonly ExportingVm[]> =>
  readDocument(client, {
    method: 'one.vmpool.infoextended',
    parameters: [...allOfPool, notDone],
    objectName: 'VM',
    shape: extendedVmShape,
    parse: (element) => {
      const vm = parseExportingVm(element);
      return vm?.exporter === undefined ? undefined : vm;
    },
  });

/** What may stand in a target; probes and endpoints give nothing else. */
const isHostName = (name: string): boolean => /^[\w.:-]+$/.test(name);

export interface CloudOptions {
  readonly zone: string;
  readonly probeTimeoutMs: number;
  readonly powerAgents: Cloud['powerAgents'];
  readonly targetFiles: string;
}

export const readCloud = async (
  client: XmlRpcClient,
  allHosts: readonly Host[],
  { zone, probeTimeoutMs, powerAgents, targetFiles }: CloudOptions,
): Promise<Cloud> => {
  const zones = await readDocument(client, {
    method: 'one.zonepool.info',
    parameters: [],
    objectName: 'ZONE',
    shape: zoneShape,
    parse: parseZoneAddresses,
  });
  const servers = chooseZone(zones, zone).servers.filter(isHostName);
  const hosts = allHosts.filter(({ hostname }) => isHostName(hostname));
  const local = await findLocal([...servers, ...hosts.map(({ hostname }) => hostname)]);
  const myself = servers.find((server) => local.has(server)) ?? ownHostname();
  const candidates = { myself, otherServers: servers.filter((server) => server !== myself), hosts };
  return {
    ...candidates,
    isHost: hosts.some(({ hostname }) => local.has(hostname)),
    reachable: await probe(optionalTargetsOf(candidates), probeTimeoutMs),
    powerAgents,
    targetFiles,
  };
};
