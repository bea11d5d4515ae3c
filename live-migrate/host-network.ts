/** What a host has of networks already: links, ranges of addresses, VXLANs, and tunnels of migrations. */
import { parseLease, type TunnelLease } from './lease.ts';
import { vmIdOfDevice, vmIdOfResetLabel, vxlanPort } from './tunnel.ts';

export type TunnelKind = 'openvswitch' | 'kernel';

export interface FoundTunnel {
  readonly kind: TunnelKind;
  readonly device: string;
  readonly vmId: number;
  readonly lease: TunnelLease | undefined;
  /** Open vSwitch has it in its database alone, as ovs-vswitchd does not run. */
  readonly isIdle: boolean;
}

/** A peer's address on the loopback, which a watchdog that was killed has left there. */
export interface FoundReset {
  readonly address: string;
  readonly vmId: number;
}

export interface HostNetwork {
  readonly mtuOf: ReadonlyMap<string, number>;
  /** IPv4 ranges that are the host's own or are routed, `address/length`; default routes are left out. */
  readonly ranges: readonly { readonly range: string; readonly device: string }[];
  readonly vnis: readonly { readonly vni: number; readonly device: string }[];
  readonly tunnels: readonly FoundTunnel[];
  readonly resets: readonly FoundReset[];
  /** The bridges of Open vSwitch and their datapath's type; `undefined` where it does not run. */
  readonly bridges: ReadonlyMap<string, string> | undefined;
}

interface LinkJson {
  readonly ifname?: string;
  readonly mtu?: number;
  readonly ifalias?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: { readonly id?: number; readonly port?: number };
  };
  readonly addr_info?: readonly {
    readonly family?: string;
    readonly local?: string;
    readonly prefixlen?: number;
    readonly label?: string;
  }[];
}
interface RouteJson {
  readonly dst?: string;
  readonly dev?: string;
}

const parseArray = <T>(json: string): readonly T[] => {
  const value: unknown = JSON.parse(json.trim() === '' ? '[]' : json);
  if (!Array.isArray(value)) throw new Error('the answer of ip is not a list');
  return value;
};

/** The rows of `ovs-vsctl --format=json list ...`: a line a table, each value as RFC 7047 writes it. */
const parseTables = (output: string): readonly (readonly ReadonlyMap<string, unknown>[])[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => {
      const { headings, data }: { headings: readonly string[]; data: readonly (readonly unknown[])[] } =
        JSON.parse(line);
      return data.map((row) => new Map(headings.map((heading, index) => [heading, row[index]])));
    });

const mapOf = (value: unknown): ReadonlyMap<string, string> =>
  Array.isArray(value) && value[0] === 'map' ? new Map(value[1]) : new Map();
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Where Open vSwitch keeps a tunnel's lease, in `external_ids` of its bridge. */
export const leaseKey = 'oneext-lease';

/** Reads `ip -json -details address show`. */
const readLinks = (json: string): Pick<HostNetwork, 'mtuOf' | 'ranges' | 'vnis' | 'tunnels' | 'resets'> => {
  const mtuOf = new Map<string, number>();
  const ranges: HostNetwork['ranges'][number][] = [];
  const vnis: HostNetwork['vnis'][number][] = [];
  const tunnels: FoundTunnel[] = [];
  const resets: FoundReset[] = [];
  for (const link of parseArray<LinkJson>(json)) {
    const { ifname: device = '', mtu, ifalias = '', linkinfo, addr_info: addresses = [] } = link;
    if (mtu !== undefined) mtuOf.set(device, mtu);
    const vmId = vmIdOfDevice(device);
    if (linkinfo?.info_kind === 'vxlan') {
      const { id, port } = linkinfo.info_data ?? {};
      if (id !== undefined && port === vxlanPort) vnis.push({ vni: id, device });
      if (vmId !== undefined)
        tunnels.push({ kind: 'kernel', device, vmId, lease: parseLease(ifalias), isIdle: false });
    }
    for (const { family, local, prefixlen, label = '' } of addresses) {
      if (family !== 'inet' || local === undefined) continue;
      ranges.push({ range: `${local}/${prefixlen ?? 32}`, device });
      const resetOf = vmIdOfResetLabel(label);
      if (resetOf !== undefined) resets.push({ address: local, vmId: resetOf });
    }
  }
  return { mtuOf, ranges, vnis, tunnels, resets };
};

/** Reads the tables Bridge and Interface. */
const readOpenVswitch = (
  output: string,
  isVswitchRunning: boolean,
): Pick<HostNetwork, 'vnis' | 'tunnels'> & { readonly bridges: ReadonlyMap<string, string> } => {
  const [bridgeRows = [], interfaceRows = []] = parseTables(output);
  const bridges = new Map<string, string>();
  const tunnels: FoundTunnel[] = [];
  for (const row of bridgeRows) {
    const device = textOf(row.get('name'));
    bridges.set(device, textOf(row.get('datapath_type')));
    const vmId = vmIdOfDevice(device);
    const lease = parseLease(mapOf(row.get('external_ids')).get(leaseKey) ?? '');
    if (vmId !== undefined)
      tunnels.push({ kind: 'openvswitch', device, vmId, lease, isIdle: !isVswitchRunning });
  }
  const vnis = interfaceRows
    .filter((row) => row.get('type') === 'vxlan')
    .flatMap((row) => {
      const key = mapOf(row.get('options')).get('key') ?? '';
      const device = textOf(row.get('name')).replace(/^omigp(?=\d+$)/, 'omig');
      return /^\d+$/.test(key) ? [{ vni: Number(key), device }] : [];
    });
  return { bridges, tunnels, vnis };
};

export interface HostAnswers {
  readonly links: string;
  readonly routes: string;
  /** Its database's; `undefined` where there is none, or it does not answer. */
  readonly openVswitch: string | undefined;
  /** Whether ovs-vswitchd runs: without it, the database alone makes no bridge. */
  readonly isVswitchRunning: boolean;
}

export const parseHostNetwork = ({
  links,
  routes,
  openVswitch,
  isVswitchRunning,
}: HostAnswers): HostNetwork => {
  const found = readLinks(links);
  const routed = parseArray<RouteJson>(routes).flatMap(({ dst, dev }) =>
    dst === undefined || dst === 'default' ? [] : [{ range: dst, device: dev ?? '' }],
  );
  const switched = openVswitch === undefined ? undefined : readOpenVswitch(openVswitch, isVswitchRunning);
  return {
    ...found,
    ranges: [...found.ranges, ...routed],
    vnis: [...found.vnis, ...(switched?.vnis ?? [])],
    tunnels: [...found.tunnels, ...(switched?.tunnels ?? [])],
    bridges: isVswitchRunning ? switched?.bridges : undefined,
  };
};
