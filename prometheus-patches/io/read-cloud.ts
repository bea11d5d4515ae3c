/** Reads what Prometheus should scrape: hosts and front-ends from OpenNebula, and which exporters answer. */
import { isHostName } from '../../lib/host-name.ts';
import { createLocalFinder, ownHostname } from '../../lib/io/local-address.ts';
import { allOfPool, readDocument } from '../../lib/io/read-pool.ts';
import { readScrapedHosts } from '../../lib/io/read-scraped-hosts.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { Host } from '../../lib/one/host.ts';
import { extendedVmShape } from '../../lib/one/vm.ts';
import { zoneShape } from '../../lib/one/zone.ts';
import type { ExportingVm } from '../../lib/prometheus/vm-targets.ts';
import { type Cloud, optionalTargetsOf } from '../jobs.ts';
import { chooseZone, parseZoneAddresses, type ZoneAddresses } from '../zone-servers.ts';
import { probe } from './probe.ts';
import { parseExportingVm } from './read-exporting-vm.ts';

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

/** @param zone name or id; fails with CONFIG_INVALID where there is no such zone */
export const readZone = async (client: XmlRpcClient, zone: string): Promise<ZoneAddresses> =>
  chooseZone(
    await readDocument(client, {
      method: 'one.zonepool.info',
      parameters: [],
      objectName: 'ZONE',
      shape: zoneShape,
      parse: parseZoneAddresses,
    }),
    zone,
  );

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
  const servers = (await readZone(client, zone)).servers.filter(isHostName);
  const ending = new AbortController();
  const findLocal = createLocalFinder(() => performance.now(), ending.signal);
  const { hosts, leftOut } = await readScrapedHosts(allHosts, findLocal);
  const local = await findLocal([...servers, ...hosts.map(({ hostname }) => hostname)]);
  ending.abort();
  const myself = servers.find((server) => local.has(server)) ?? ownHostname();
  const candidates = { myself, otherServers: servers.filter((server) => server !== myself), hosts };
  return {
    ...candidates,
    isHost: hosts.some(({ hostname }) => local.has(hostname)),
    reachable: await probe(optionalTargetsOf(candidates), probeTimeoutMs),
    powerAgents,
    targetFiles,
    leftOut,
  };
};
