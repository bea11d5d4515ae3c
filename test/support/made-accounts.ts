/** A made cloud for the accounts of energy: hosts, VMs, and what agents say. */

import type { Calendar } from '../../collectors/accounts/booking.ts';
import type { AccountedVm } from '../../collectors/accounts/counted-vm.ts';
import type { AccountedHost, AccountingRules, Step } from '../../collectors/accounts/scene.ts';
import type { SeenCounters, Sight } from '../../collectors/accounts/spans.ts';
import { noSchedulerAttributes } from '../../lib/one/host.ts';

/** Noon of a day in UTC. */
export const noon = Date.UTC(2026, 10, 28, 12);
export const second = 1000;
export const minute = 60 * second;
export const utc: Calendar = { wallOffsetMs: 0, zoneOffsetMs: 0 };
export const rules: AccountingRules = {
  attribution: 'capacity',
  idle: 'measured',
  pue: undefined,
  longestGapMs: minute,
};

export const madeHost = (id: number, changes: Partial<AccountedHost> = {}): AccountedHost => ({
  id,
  name: `kvm${id}`,
  hostname: '',
  cluster: 'default',
  state: 2,
  vmDriver: 'kvm',
  hypervisor: 'kvm',
  memoryTotalBytes: undefined,
  memoryMaximumBytes: undefined,
  memoryUsageBytes: undefined,
  cpuTotal: 800,
  cpuMaximum: 800,
  cpuUsage: undefined,
  vmCount: 0,
  powerAgentUrl: undefined,
  powerBmcs: [],
  schedulerAttributes: noSchedulerAttributes,
  ...changes,
});

/** Runs on the host, where one is given. */
export const madeVm = (
  id: number,
  hostId: number | undefined,
  changes: Partial<AccountedVm> = {},
): AccountedVm => ({
  id,
  name: `vm-${id}`,
  owner: 'alice',
  group: 'users',
  state: hostId === undefined ? 8 : 3,
  lcmState: hostId === undefined ? 0 : 3,
  startTime: '0',
  deployId: `one-${id}`,
  hostId,
  memoryBytes: undefined,
  cpuRatio: 1,
  vcpus: 1,
  hasVcpus: true,
  disks: [],
  nicCount: 0,
  ...changes,
});

const place = (hostId: number): string => `http://kvm${hostId}:8080/metrics`;

/** An agent that says what power is, in watts. */
export const power = (
  hostId: number,
  readAt: number,
  hostWatts: number | undefined,
  vmWatts: Readonly<Record<number, number>> | undefined,
): Sight => ({
  place: place(hostId),
  agent: 'scaphandre',
  readAt,
  reading: {
    hostPower: hostWatts === undefined ? undefined : hostWatts * 1e6,
    vmPower:
      vmWatts === undefined
        ? undefined
        : new Map(Object.entries(vmWatts).map(([id, watts]) => [Number(id), watts * 1e6])),
  },
  counters: undefined,
  isFirst: false,
});

/** An agent that counts energy, in joules. */
export const counted = (
  hostId: number,
  readAt: number,
  seconds: number,
  hostJoules: number,
  vmJoules: Readonly<Record<number, number>>,
): Sight => {
  const vms: SeenCounters['vms'] = new Map(
    Object.entries(vmJoules).map(([id, joules]) => [`one-${id}`, { vmId: Number(id), count: joules }]),
  );
  const counters = { seconds, hostJoules, meter: '', vms };
  return { place: place(hostId), agent: 'onepower', readAt, reading: undefined, counters, isFirst: true };
};

/** One that gives no answer that can be used. */
export const silent = (hostId: number, readAt: number): Sight => ({
  ...power(hostId, readAt, undefined, undefined),
  reading: undefined,
});

export const madeStep = (
  at: number,
  hosts: readonly AccountedHost[],
  vms: readonly AccountedVm[],
  sights: readonly (readonly [number, readonly Sight[]])[],
): Step => ({ at, calendar: utc, hosts, vms, sights: new Map(sights), supplyFactors: new Map() });
