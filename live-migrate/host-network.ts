/** What a host has of networks already: links, ranges of addresses, VXLANs, and tunnels of migrations. */
import { parseLease, type TunnelLease } from './lease.ts';
import { isTunnelAddress, vmIdOfDevice, vxlanPort } from './tunnel.ts';

export type TunnelKind = 'openvswitch' | 'kernel';

export interface FoundTunnel {
  readonly kind: TunnelKind;
  readonly device: string;
  readonly vmId: number;
  readonly lease: TunnelLease | undefined;
}

export interface HostNetwork {
  readonly mtuOf: ReadonlyMap<string, number>;
  /** IPv4 ranges that are the host's own or are routed, `address/length`; default routes are left out. */
  readonly ranges: readonly { readonly range: string; readonly device: string }[];
  readonly vnis: readonly { readonly vni: number; readonly device: string }[];
  readonly tunnels: readonly FoundTunnel[];
  /** Peers' addresses on the loopback, which a watchdog that was killed left there. */
  readonly resets: readonly string[];
  /** The bridges of Open vSwitch and their datapath's type; `undefined` where it does not answer. */
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
  const resets: string[] = [];
  for (const link of parseArray<LinkJson>(json)) {
    const { ifname: device = '', mtu, ifalias = '', linkinfo, addr_info: addresses = [] } = link;
    if (mtu !== undefined) mtuOf.set(device, mtu);
    const vmId = vmIdOfDevice(device);
    if (linkinfo?.info_kind === 'vxlan') {
      const { id, port } = linkinfo.info_data ?? {};
      if (id !== undefined && port === vxlanPort) vnis.push({ vni: id, device });
      if (vmId !== undefined) tunnels.push({ kind: 'kernel', device, vmId, lease: parseLease(ifalias) });
    }
    for (const { family, local, prefixlen } of addresses) {
      if (family !== 'inet' || local === undefined) continue;
      ranges.push({ range: `${local}/${prefixlen ?? 32}`, device });
      if (device === 'lo' && isTunnelAddress(local)) resets.push(local);
    }
  }
  return { mtuOf, ranges, vnis, tunnels, resets };
};

/** Reads the tables Bridge and Interface. */
const readOpenVswitch = (
  output: string,
): Pick<HostNetwork, 'vnis' | 'tunnels'> & { readonly bridges: ReadonlyMap<string, string> } => {
  const [bridgeRows = [], interfaceRows = []] = parseTables(output);
  const bridges = new Map<string, string>();
  const tunnels: FoundTunnel[] = [];
  for (const row of bridgeRows) {
    const device = textOf(row.get('name'));
    bridges.set(device, textOf(row.get('datapath_type')));
    const vmId = vmIdOfDevice(device);
    const lease = parseLease(mapOf(row.get('external_ids')).get(leaseKey) ?? '');
    if (vmId !== undefined) tunnels.push({ kind: 'openvswitch', device, vmId, lease });
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
  /** `undefined` where there is no Open vSwitch, or it does not answer. */
  readonly openVswitch: string | undefined;
}

export const parseHostNetwork = ({ links, routes, openVswitch }: HostAnswers): HostNetwork => {
  const found = readLinks(links);
  const routed = parseArray<RouteJson>(routes).flatMap(({ dst, dev }) =>
    dst === undefined || dst === 'default' ? [] : [{ range: dst, device: dev ?? '' }],
  );
  const switched = openVswitch === undefined ? undefined : readOpenVswitch(openVswitch);
  return {
    ...found,
    ranges: [...found.ranges, ...routed],
    vnis: [...found.vnis, ...(switched?.vnis ?? [])],
    tunnels: [...found.tunnels, ...(switched?.tunnels ?? [])],
    bridges: switched?.bridges,
  };
};
