/**
 * The targets of a VM that serves metrics: PROMETHEUS_EXPORTER in its user template, its address from CONTEXT,
 * else from its NICs.
 *
 * Both are the tenant's words. An address that no VM has (link-local, multicast, ...) is never taken, and one of the
 * loopback only from a NIC, whose leases are the administrator's.
 */
import ipaddr from 'ipaddr.js';
import { choiceOption } from '../config/options.ts';
import { type InterfaceAddresses, isRunning, type Vm, type VmExporter } from '../one/vm.ts';
import { formatTarget, type TargetGroup } from './target-group.ts';

export const addressPreferenceOption = choiceOption(
  { help: "which address of a VM's interface is scraped where it has both", default: 'ipv4' },
  ['ipv4', 'ipv6'],
);
export type AddressPreference = 'ipv4' | 'ipv6';

/** A VM, and where it says that it serves metrics: `undefined` where it says nothing. */
export interface ExportingVm extends Pick<Vm, 'id' | 'name' | 'owner' | 'hostId' | 'state' | 'lcmState'> {
  readonly exporter: VmExporter | undefined;
}

export interface VmTargets {
  /** Empty where there is nothing to scrape. */
  readonly groups: readonly TargetGroup[];
  /** Why something that the VM asks for is not scraped. */
  readonly problems: readonly string[];
}

interface Endpoint {
  readonly port: number;
  /** Empty for Prometheus' own default. */
  readonly path: string;
}

const mostEndpoints = 16;

/** `9100`, `9100/metrics`; several are separated by commas or spaces. */
const parseEndpoints = (text: string, problems: string[]): readonly Endpoint[] => {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length > mostEndpoints)
    problems.push(`only the first ${mostEndpoints} of ${words.length} ports are taken`);
  const endpoints = new Map<string, Endpoint>();
  for (const word of words.slice(0, mostEndpoints)) {
    const match = /^(\d{1,5})(\/[\w.~!$&'()*+;=:@%/-]*)?$/.exec(word);
    const port = Number(match?.[1]);
    const path = match?.[2] ?? '';
    if (port >= 1 && port <= 65_535) endpoints.set(`${port}${path}`, { port, path });
    else {
      problems.push(
        `${JSON.stringify(word.slice(0, 100))} in PROMETHEUS_EXPORTER is no port from 1 to 65535, perhaps with a path`,
      );
    }
  }
  return [...endpoints.values()];
};

/** The address in its shortest form; `undefined` for what is none of that family. */
const parseAddress = (text: string, family: AddressPreference): string | undefined => {
  if (family === 'ipv4') return ipaddr.IPv4.isValidFourPartDecimal(text) ? text : undefined;
  return text.includes('%') || !ipaddr.IPv6.isValid(text) ? undefined : ipaddr.IPv6.parse(text).toString();
};

const never: ReadonlySet<string> = new Set([
  'unspecified',
  'multicast',
  'broadcast',
  'linkLocal',
  'ipv4Mapped',
]);

/** The first address that can be scraped, interface by interface, in the preferred family first. */
const chooseAddress = (
  interfaces: readonly InterfaceAddresses[],
  preference: AddressPreference,
  isAllowed: (address: string) => boolean,
): string | undefined => {
  const families = preference === 'ipv4' ? (['ipv4', 'ipv6'] as const) : (['ipv6', 'ipv4'] as const);
  for (const one of interfaces) {
    for (const family of families) {
      for (const text of one[family]) {
        const address = parseAddress(text, family);
        if (address !== undefined && !never.has(ipaddr.parse(address).range()) && isAllowed(address))
          return address;
      }
    }
  }
  return undefined;
};

const addressOf = (exporter: VmExporter, preference: AddressPreference): string | undefined => {
  const leases = new Set(
    exporter.nicAddresses.flatMap(({ ipv4, ipv6 }) => [
      ...ipv4.map((text) => parseAddress(text, 'ipv4')),
      ...ipv6.map((text) => parseAddress(text, 'ipv6')),
    ]),
  );
  const mayBeVm = (address: string): boolean =>
    leases.has(address) || ipaddr.parse(address).range() !== 'loopback';
  return (
    chooseAddress(exporter.contextAddresses, preference, mayBeVm) ??
    chooseAddress(exporter.nicAddresses, preference, () => true)
  );
};

const labelsOf = (vm: ExportingVm): Readonly<Record<string, string>> => ({
  vm_id: String(vm.id),
  one_vm_id: String(vm.id),
  ...(vm.hostId === undefined ? {} : { one_host_id: String(vm.hostId) }),
  one_vm_name: vm.name,
  one_vm_owner: vm.owner,
});

/** What to scrape of a VM now. Not running, or no exporter: nothing, and nothing to say. */
export const vmTargetsOf = (vm: ExportingVm, preference: AddressPreference): VmTargets => {
  if (vm.exporter === undefined || !isRunning(vm)) return { groups: [], problems: [] };
  const problems: string[] = [];
  const endpoints = parseEndpoints(vm.exporter.ports, problems);
  const address = addressOf(vm.exporter, preference);
  if (address === undefined) problems.push('neither CONTEXT nor a NIC has an address that can be scraped');
  if (address === undefined || endpoints.length === 0) return { groups: [], problems };
  const labels = labelsOf(vm);
  const paths = [...new Set(endpoints.map(({ path }) => path))];
  const groups = paths.map((path) => ({
    targets: endpoints.filter((one) => one.path === path).map(({ port }) => formatTarget(address, port)),
    labels: path === '' ? labels : { ...labels, __metrics_path__: path },
  }));
  return { groups, problems };
};
