/**
 * One step of the accounts: what agents have said since the step before becomes energy of VMs and hosts.
 *
 * For each host and each step, the energy of its VMs and the rest sum to the energy of the host, and the rest is not
 * negative. For each VM, measured and unmeasured time sum to the time that it ran.
 */
import { isMigrating, type Vm } from '../../lib/one/vm.ts';
import {
  type Accounts,
  type HostAccount,
  type HostAmounts,
  noHostAmounts,
  type VmAccount,
} from './accounts.ts';
import { apportion } from './apportion.ts';
import { addHostAmounts, type Booking, createBooking, type Mutable, piecesBetween } from './booking.ts';
import type { AccountedVm, CountedVm } from './counted-vm.ts';
import { applyFactors } from './factors.ts';
import { shareIdle } from './idle-share.ts';
import {
  type AccountingRules,
  forgetMs,
  hostIdentityOf,
  openScene,
  type Scene,
  type Step,
  tenantsOf,
} from './scene.ts';
import type { Settlement } from './settlement.ts';
import { createTally, type Tally } from './tally.ts';
import { endVmTime, settlePassingTime, settleVmTime } from './vm-time.ts';

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
  const account = before.hosts.get(hostId);
  const tenants = tenantsOf(scene, hostId, settlement);
  const own = tenants.map((tenant) => tenant.own ?? 0);
  // Who held the host in a time that no step saw is not known: then what nobody used stays with the operator.
  const idle = to - from <= scene.gapOf(hostId) ? rules.idle : 'measured';
  const share = shareIdle(Math.max(0, total - sumOf(own)), idle, tenants, scene.cpusOn.get(hostId));
  const energies = own.concat(share);
  const identity = hostIdentityOf(scene, hostId);
  const sums = sumsOfHost(account);
  const factors = { supply: step.supplyFactors.get(hostId), pue: rules.pue };
  for (const { hour, lengthMs } of piecesBetween(from, to, step.calendar)) {
    const part = lengthMs / (to - from);
    const { parts, rest } = apportion(total * part, energies, part);
    for (let at = 0; at < tenants.length; at += 1) {
      const tenant = tenants[at];
      if (tenant?.own === undefined) continue;
      const [used = 0, got = 0] = [parts[at], parts[at + tenants.length]];
      tally.addEnergy(tenant.counted, hostId, hour, used, got);
      tally.addPower(tenant.counted, used / (to - from), got / (to - from));
    }
    const whole = Math.round(total * part);
    const amounts = { total: whole, rest, measuredMs: lengthMs, ...applyFactors(whole, factors) };
    booking.addHost(hour, hostId, identity, amounts);
    addHostAmounts(sums, amounts);
  }
  const vmsMeasuredAt = settlement.vms === undefined ? (account?.vmsMeasuredAt ?? 0) : to;
  return { ...sums, ...identity, settledAt: to, vmsMeasuredAt, waited: undefined };
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
      waited: undefined,
    });
  }
  for (const [hostId, waited] of scene.waited) {
    const host = hosts.get(hostId);
    if (host !== undefined) hosts.set(hostId, { ...host, waited });
  }
  for (const [hostId, settlement] of scene.settlements)
    hosts.set(hostId, countEnergy(scene, hostId, settlement, tally, booking));
  return hosts;
};

/** What tells whether a VM was measured: its host; while it moves, whichever host has seen it. */
const settlementOf = (
  { settlements }: Scene,
  { vmId, before }: CountedVm,
  vm: Vm,
  hostId: number,
): Settlement | undefined => {
  const here = settlements.get(hostId);
  const isMoving = isMigrating(vm) || before?.isMigrating === true || before?.hostId !== vm.hostId;
  if (before?.isRunning !== true || !isMoving || here?.vms?.has(vmId) === true) return here;
  return [...settlements.values()].find(({ vms }) => vms?.has(vmId) === true) ?? here;
};

/** The host that has seen a VM whose own host is in another part of the cloud. */
const passingHost = ({ settlements }: Scene, vmId: number): readonly [number, Settlement] | undefined =>
  [...settlements].find(([, { vms }]) => vms?.has(vmId) === true);

/** Counts the time of a VM in the pool; up to when that is settled. */
const countTime = (scene: Scene, counted: CountedVm, vm: AccountedVm, tally: Tally): number => {
  const { step } = scene;
  const { vmId, before } = counted;
  const passing = vm.isPassing === true ? passingHost(scene, vmId) : undefined;
  const hostId = passing?.[0] ?? counted.hostId ?? vm.hostId ?? -1;
  const { measured, unmeasured, life, settledAt } =
    vm.isPassing === true
      ? settlePassingTime(before, step.at, passing?.[1])
      : settleVmTime({
          vm,
          before,
          lastStepAt: scene.before.at,
          at: step.at,
          wallOffsetMs: step.calendar.wallOffsetMs,
          settlement: settlementOf(scene, counted, vm, hostId),
          longestGapMs: scene.gapOf(hostId),
        });
  if (measured !== undefined) tally.addTime(counted, hostId, measured, 'measuredMs');
  for (const one of unmeasured) tally.addTime(counted, hostId, one, 'unmeasuredMs');
  if (life !== undefined) tally.addTime(counted, hostId, life, 'lifeMs');
  return settledAt;
};

/** A VM that has left the pool: its last energy may still come. Whether it is remembered. */
const leave = ({ step }: Scene, counted: CountedVm, account: VmAccount, tally: Tally): boolean => {
  const ended = endVmTime(account);
  if (ended !== undefined) tally.addTime(counted, account.hostId ?? -1, ended, 'unmeasuredMs');
  counted.account.settledAt = account.seenAt;
  return step.at - account.seenAt <= forgetMs;
};

/** The power of a reading counts for the time since the one before; the first says nothing of the time before it. */
const countGpu = ({ step, rules }: Scene, counted: CountedVm, vm: Vm, tally: Tally): void => {
  const reading = step.gpuPower?.get(vm.id);
  if (reading === undefined) return;
  const { account, hostId } = counted;
  const lengthMs = Math.round((reading.atSeconds - (account.gpuKnownAt ?? reading.atSeconds)) * 1000);
  account.gpuPower = reading;
  account.gpuKnownAt = Math.max(reading.atSeconds, account.gpuKnownAt ?? reading.atSeconds);
  if (!(lengthMs > 0 && lengthMs <= (rules.longestGpuGapMs ?? rules.longestGapMs))) return;
  const stretch = { from: step.at - lengthMs, to: step.at };
  tally.addGpu(counted, hostId ?? vm.hostId ?? -1, stretch, reading.watts);
};

const countVm = (scene: Scene, counted: CountedVm, vm: AccountedVm, tally: Tally): void => {
  const { account, before, isRunning, hostId } = counted;
  account.settledAt = countTime(scene, counted, vm, tally);
  const hasNews = scene.settlements.has(hostId ?? -1);
  // Where its time was settled without a reading, nobody knows its power either.
  const isUnsettled = before !== undefined && account.settledAt <= before.settledAt;
  if (isRunning && !hasNews && isUnsettled) account.power ??= before.power;
};

const countVms = (scene: Scene, tally: Tally): ReadonlyMap<number, VmAccount> => {
  const vms = new Map<number, VmAccount>();
  for (const counted of scene.vms.values()) {
    const { vmId, vm, before, account } = counted;
    if (vm !== undefined) {
      countVm(scene, counted, vm, tally);
      if (vm.isPassing !== true) countGpu(scene, counted, vm, tally);
    } else if (before === undefined || !leave(scene, counted, before, tally)) continue;
    else account.power = undefined;
    vms.set(vmId, account);
  }
  return vms;
};

/** The accounts after a step. */
export const advance = (before: Accounts, step: Step, rules: AccountingRules): Accounts => {
  const scene = openScene(before, step, rules);
  const booking = createBooking(before.batch, rules);
  const tally = createTally(booking, step.calendar, step.at);
  const hosts = countHosts(scene, tally, booking);
  const vms = countVms(scene, tally);
  return {
    at: step.at,
    term: step.term ?? before.term,
    vms,
    hosts,
    places: scene.places,
    batch: booking.finish(),
  };
};
