/**
 * One step of the accounts: what agents have said since the step before becomes energy of VMs and hosts.
 *
 * For each host and each step, the energy of its VMs and the rest sum to the energy of the host, and the rest is not
 * negative. For each VM, measured and unmeasured time sum to the time that it ran.
 */
import { isMigrating, mayHaveProcess, type Vm } from '../../lib/one/vm.ts';
import {
  type Accounts,
  type HostAccount,
  type HostAmounts,
  noHostAmounts,
  type VmAccount,
} from './accounts.ts';
import { apportion } from './apportion.ts';
import { addHostAmounts, type Booking, createBooking, type Mutable, piecesBetween } from './booking.ts';
import { applyFactors } from './factors.ts';
import { shareIdle } from './idle-share.ts';
import {
  type AccountingRules,
  forgetMs,
  hostIdentityOf,
  identityOf,
  openScene,
  type Scene,
  type Step,
  tenantsOf,
} from './scene.ts';
import type { Settlement } from './settlement.ts';
import { createTally, type Tally } from './tally.ts';
import { endVmTime, type Stretch, settleVmTime } from './vm-time.ts';

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const sumsOfHost = (account: HostAccount | undefined): Mutable<HostAmounts> => {
  const { total, rest, measuredMs, supplyBase, supply, pueBase, pue } = account ?? noHostAmounts;
  return { total, rest, measuredMs, supplyBase, supply, pueBase, pue };
};

/** Counts a host's energy: what its VMs used, what they get of the rest, and what stays. */
const countEnergy = (
  scene: Scene,
  hostId: number,
  settlement: Settlement,
  tally: Tally,
  booking: Booking,
): HostAccount => {
  const { step, rules, before } = scene;
  const { from, to, total } = settlement;
  const host = scene.hosts.get(hostId);
  const account = before.hosts.get(hostId);
  const tenants = tenantsOf(scene, hostId, settlement);
  const own = tenants.map((tenant) => tenant.own ?? 0);
  // Who held the host in a time that no step saw is not known: then what nobody used stays with the operator.
  const idle = to - from <= rules.longestGapMs ? rules.idle : 'measured';
  const share = shareIdle(Math.max(0, total - sumOf(own)), idle, tenants, (host?.cpuTotal ?? 0) / 100);
  const identity = hostIdentityOf(scene, hostId);
  const sums = sumsOfHost(account);
  const factors = { supply: step.supplyFactors.get(hostId), pue: rules.pue };
  for (const { hour, lengthMs } of piecesBetween(from, to, step.calendar)) {
    const part = lengthMs / (to - from);
    const { parts, rest } = apportion(
      total * part,
      [...own, ...share].map((energy) => energy * part),
    );
    for (const [at, tenant] of tenants.entries()) {
      if (tenant.own === undefined) continue;
      const [used, got] = [parts[at] ?? 0, parts[at + tenants.length] ?? 0];
      tally.add(tenant.vmId, hostId, hour, 'own', used);
      if (got > 0) tally.add(tenant.vmId, hostId, hour, 'share', got);
      tally.addPower(tenant.vmId, used / (to - from), got / (to - from));
    }
    const whole = Math.round(total * part);
    const amounts = { total: whole, rest, measuredMs: lengthMs, ...applyFactors(whole, factors) };
    booking.addHost(hour, hostId, identity, amounts);
    addHostAmounts(sums, amounts);
  }
  const vmsMeasuredAt = settlement.vms === undefined ? (account?.vmsMeasuredAt ?? 0) : to;
  return { ...sums, ...identity, settledAt: to, vmsMeasuredAt };
};

/** Hosts keep their accounts when they leave the cloud; a new one begins when an agent of it has answered. */
const countHosts = (scene: Scene, tally: Tally, booking: Booking): ReadonlyMap<number, HostAccount> => {
  const hosts = new Map(scene.before.hosts);
  for (const [hostId, heardAt] of scene.heardAt) {
    if (hosts.has(hostId)) continue;
    hosts.set(hostId, {
      ...noHostAmounts,
      ...hostIdentityOf(scene, hostId),
      settledAt: heardAt,
      vmsMeasuredAt: 0,
    });
  }
  for (const [hostId, settlement] of scene.settlements)
    hosts.set(hostId, countEnergy(scene, hostId, settlement, tally, booking));
  return hosts;
};

/** Counts the time of a VM in the pool; up to when that is settled. */
const countTime = (scene: Scene, vm: Vm, tally: Tally): number => {
  const { before, step, rules } = scene;
  const hostId = scene.leaderOf(vm.hostId) ?? vm.hostId ?? -1;
  const time = settleVmTime({
    vm,
    before: before.vms.get(vm.id),
    lastStepAt: before.at,
    at: step.at,
    wallOffsetMs: step.calendar.wallOffsetMs,
    settlement: scene.settlements.get(hostId),
    longestGapMs: rules.longestGapMs,
  });
  const add = (one: Stretch | undefined, name: 'measuredMs' | 'unmeasuredMs' | 'lifeMs'): void => {
    if (one === undefined) return;
    for (const { hour, lengthMs } of piecesBetween(one.from, one.to, step.calendar))
      tally.add(vm.id, hostId, hour, name, lengthMs);
  };
  add(time.measured, 'measuredMs');
  for (const unmeasured of time.unmeasured) add(unmeasured, 'unmeasuredMs');
  add(time.life, 'lifeMs');
  return time.settledAt;
};

/** A VM that has left the pool: its last energy may still come. */
const leave = (scene: Scene, vmId: number, account: VmAccount, tally: Tally): VmAccount | undefined => {
  const { step } = scene;
  const ended = endVmTime(account);
  if (ended !== undefined)
    for (const { hour, lengthMs } of piecesBetween(ended.from, ended.to, step.calendar))
      tally.add(vmId, account.hostId ?? -1, hour, 'unmeasuredMs', lengthMs);
  if (step.at - account.seenAt > forgetMs) return undefined;
  const isGone = { isRunning: false, isMigrating: false, settledAt: account.seenAt, power: undefined };
  return { ...account, ...tally.sumsOf(vmId), ...isGone };
};

const countVms = (scene: Scene, tally: Tally): ReadonlyMap<number, VmAccount> => {
  const vms = new Map<number, VmAccount>();
  for (const [vmId, account] of scene.before.vms) {
    if (scene.vms.has(vmId)) continue;
    const left = leave(scene, vmId, account, tally);
    if (left !== undefined) vms.set(vmId, left);
  }
  for (const vm of scene.vms.values()) {
    const settledAt = countTime(scene, vm, tally);
    const before = scene.before.vms.get(vm.id);
    const isRunning = mayHaveProcess(vm);
    const { own, share, measuredMs, unmeasuredMs, lifeMs } = tally.sumsOf(vm.id);
    const hasNews = scene.settlements.has(scene.leaderOf(vm.hostId) ?? -1);
    const isStill = isRunning && !hasNews && scene.step.at - settledAt <= scene.rules.longestGapMs;
    const { name, owner, group, flavour, labels } = identityOf(scene, vm.id);
    vms.set(vm.id, {
      name,
      owner,
      group,
      flavour,
      labels,
      own,
      share,
      measuredMs,
      unmeasuredMs,
      lifeMs,
      hostId: vm.hostId,
      isRunning,
      isMigrating: isMigrating(vm),
      seenAt: scene.step.at,
      settledAt,
      power: tally.powerOf(vm.id) ?? (isStill ? before?.power : undefined),
    });
  }
  return vms;
};

/** The accounts after a step. */
export const advance = (before: Accounts, step: Step, rules: AccountingRules): Accounts => {
  const scene = openScene(before, step, rules);
  const booking = createBooking(before.batch, rules);
  const tally = createTally(scene, booking);
  const hosts = countHosts(scene, tally, booking);
  const vms = countVms(scene, tally);
  return { at: step.at, vms, hosts, places: scene.places, batch: booking.finish() };
};
