/** Clouds for the tests of `oneext top`. */
import fc from 'fast-check';
import type { TopCloud, TopVm } from '../../cli/top/cloud.ts';
import { type CloudNames, joinCloud } from '../../cli/top/cloud.ts';
import type { TopHost } from '../../cli/top/hosts.ts';
import { createPageReader, type PowerPage } from '../../cli/top/power-page.ts';
import { escapeLabelValue } from '../../lib/prometheus/exposition.ts';
import type { Watts } from '../../lib/units/units.ts';

export interface MadeVm {
  readonly id: number;
  readonly name?: string;
  readonly owner?: string;
  readonly hostId?: number;
  readonly state?: number;
  readonly lcmState?: number;
  readonly vcpus?: number;
  readonly watts?: number;
  readonly reason?: string;
  readonly joules?: number;
}
export interface MadeHost {
  readonly id: number;
  readonly watts?: number;
  readonly agentReason?: string;
  readonly idleWatts?: number;
  readonly modelError?: number;
  readonly joules?: number;
  readonly unassignedJoules?: number;
  readonly price?: readonly [perKwh: number, currency: string];
}

/** A page as the exporter writes it. */
export const formatMadePage = (vms: readonly MadeVm[], hosts: readonly MadeHost[]): string => {
  const family = (name: string, lines: readonly string[]): string =>
    `# HELP ${name} help\n# TYPE ${name} gauge\n${lines.map((line) => `${name}${line}\n`).join('')}`;
  const ofVms = (name: string, value: (vm: MadeVm) => number | undefined): string =>
    family(
      `opennebula_vm_${name}`,
      vms.flatMap((vm) => (value(vm) === undefined ? [] : [`{one_vm_id="${vm.id}"} ${value(vm)}`])),
    );
  const ofHosts = (name: string, value: (host: MadeHost) => number | undefined): string =>
    family(
      `opennebula_host_${name}`,
      hosts.flatMap((host) =>
        value(host) === undefined ? [] : [`{one_host_id="${host.id}"} ${value(host)}`],
      ),
    );
  return [
    family(
      'opennebula_host_state',
      hosts.map(({ id }) => `{one_host_id="${id}"} 2`),
    ),
    ofVms('state', ({ state = 3 }) => state),
    ofVms('lcm_state', ({ lcmState = 3 }) => lcmState),
    ofVms('cpu_vcpus', ({ vcpus = 2 }) => vcpus),
    family(
      'opennebula_vm_info',
      vms.map(
        (vm) =>
          `{one_vm_id="${vm.id}",one_host_id="${vm.hostId ?? -1}",one_vm_name="${escapeLabelValue(vm.name ?? `vm-${vm.id}`)}",one_vm_owner="${escapeLabelValue(vm.owner ?? 'alice')}"} 1`,
      ),
    ),
    ofVms('power_consumption_uW', ({ watts }) => (watts === undefined ? undefined : watts * 1e6)),
    family(
      'opennebula_vm_power_unmeasured_info',
      vms.flatMap((vm) =>
        vm.reason === undefined
          ? []
          : [`{one_vm_id="${vm.id}",one_host_id="${vm.hostId ?? -1}",reason="${vm.reason}"} 1`],
      ),
    ),
    ofHosts('power_watts', ({ watts }) => watts),
    ofHosts('idle_watts', ({ idleWatts }) => idleWatts),
    ofHosts('model_error_ratio', ({ modelError }) => modelError),
    ofHosts('energy_joules_total', ({ joules }) => joules),
    ofHosts('unassigned_energy_joules_total', ({ unassignedJoules }) => unassignedJoules),
    family(
      'opennebula_host_energy_price_per_kwh',
      hosts.flatMap(({ id, price }) =>
        price === undefined ? [] : [`{one_host_id="${id}",currency="${price[1]}"} ${price[0]}`],
      ),
    ),
    ofVms('energy_joules_total', ({ joules }) => joules),
    family(
      'opennebula_power_agent_up',
      hosts.map(({ id, agentReason }) => `{one_host_id="${id}"} ${Number(agentReason === undefined)}`),
    ),
    family(
      'opennebula_power_agent_info',
      hosts.map(
        ({ id, agentReason = 'ok' }) =>
          `{one_host_id="${id}",agent="scaphandre",version="1.02",reason="${agentReason}"} 1`,
      ),
    ),
    family('opennebula_scrape_collector_success', ['{collector="power"} 1']),
    family('opennebula_scrape_collector_age_seconds', ['{collector="power"} 0.5']),
  ].join('');
};

export const parsePage = (text: string): PowerPage => {
  const reader = createPageReader();
  reader.push(Buffer.from(text));
  return reader.finish();
};

export const makeNames = (
  hosts: Readonly<Record<number, string>>,
  groups: Readonly<Record<number, string>> = {},
): CloudNames => ({
  hosts: new Map(Object.entries(hosts).map(([id, name]) => [Number(id), name])),
  groups: new Map(Object.entries(groups).map(([id, name]) => [Number(id), name])),
  vms: [],
});

export const makeCloud = (vms: readonly MadeVm[], hosts: readonly MadeHost[], names?: CloudNames): TopCloud =>
  joinCloud(parsePage(formatMadePage(vms, hosts)), names);

/** Names as tenants may write them: any character there is. */
export const anyName = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('é', '漢', '字', '👩‍🚀', '🇸🇪', '\x1b[2J', '\u0301', '\u202e', '\t', '한', 'ﷺ', 'a'),
    maxLength: 40,
  }),
);
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const anyAmount = fc.double({ min: 0, max: 1e15, noNaN: true });
const anyCost = fc.record({ amount: anyAmount, currency: fc.constantFrom('EUR', 'SEK') });
const anyWatts = anyAmount.map((watts) => watts as Watts);

export const anyVm: fc.Arbitrary<TopVm> = fc
  .record({
    id: fc.nat(1e6),
    name: optional(anyName),
    owner: optional(anyName),
    group: optional(anyName),
    hostId: optional(fc.nat(20)),
    host: optional(anyName),
    state: optional(fc.nat(11)),
    lcmState: optional(fc.nat(71)),
    status: optional(fc.constantFrom('runn', 'poff')),
    vcpus: optional(fc.nat(1e6)),
    power: fc.oneof(
      anyWatts.map((watts) => ({ watts, unknownReason: undefined })),
      anyName.map((unknownReason) => ({ watts: undefined, unknownReason })),
    ),
    gpuWatts: optional(anyAmount),
    hostShare: optional(fc.double({ min: 0, max: 1e6, noNaN: true })),
    energy: optional(anyAmount),
    cost: optional(anyCost),
  })
  .map(({ power, ...vm }) => ({ ...vm, ...power }));

const anyHost: fc.Arbitrary<TopHost> = fc.record({
  id: fc.nat(20),
  name: anyName,
  state: optional(fc.nat(8)),
  watts: optional(anyWatts),
  idleWatts: optional(anyAmount),
  unassignedWatts: optional(anyAmount),
  modelError: optional(anyAmount),
  energy: optional(anyAmount),
  unassignedEnergy: optional(anyAmount),
  cost: optional(anyCost),
  vms: optional(fc.nat(1e4)),
  agentUp: optional(fc.boolean()),
  agent: optional(anyName),
  agentVersion: optional(anyName),
  agentReason: optional(anyName),
});

export const anyCloud: fc.Arbitrary<TopCloud> = fc
  .record({
    vms: fc.uniqueArray(anyVm, { selector: ({ id }) => id, maxLength: 30 }),
    hosts: fc.array(anyHost),
  })
  .map(({ vms, hosts }) => {
    const known = vms.filter(({ watts }) => watts !== undefined).length;
    const totals = {
      hosts: hosts.length,
      hostsMeasured: hosts.filter(({ watts }) => watts !== undefined).length,
      agentsDown: hosts.filter(({ agentUp }) => agentUp === false).length,
      hostWatts: hosts[0]?.watts,
      vms: vms.length,
      vmsKnown: known,
      vmsUnknown: vms.length - known,
      vmWatts: vms[0]?.watts,
    };
    return { vms, hosts, totals };
  });
