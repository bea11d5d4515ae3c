/** One step of the agent: what was read before and now, and what the counters are after it. */
import { emptyPowerModel, learntFrom } from '../lib/power-model/power-model.ts';
import { type Accounts, addEnergy, addTime, countZoneErrors, dropPending } from './accounts.ts';
import { advanceEnergy, type EnergyState, forgetReading, noEnergyYet } from './energy.ts';
import { capacityOf, cpuSecondsBetween, type HostCpu, highestOf } from './host-cpu.ts';
import type { MeterReading } from './meter.ts';
import { type VmProcess, vmSecondsBetween } from './vm-times.ts';

export interface HostReading {
  /** Seconds that never step back, and stand still while the host is suspended. */
  readonly at: number;
  /** Seconds since the host was started, the time in which it was suspended within. */
  readonly now: number;
  readonly cpu: HostCpu;
  readonly vms: ReadonlyMap<number, VmProcess>;
  /** `undefined` without a meter. */
  readonly meter: MeterReading | undefined;
}

export interface AgentState {
  readonly accounts: Accounts;
  readonly energy: EnergyState;
  /** `undefined` before the first reading. */
  readonly last: HostReading | undefined;
  /** Why nobody knows what the host draws; `undefined` where it is known. */
  readonly problem: string | undefined;
}

export const beginAgent = (accounts: Accounts): AgentState => ({
  accounts,
  energy: noEnergyYet,
  last: undefined,
  problem: undefined,
});

const withModel = (accounts: Accounts, cpus: number): Accounts =>
  accounts.learnt?.model.cpus === cpus
    ? accounts
    : { ...accounts, learnt: learntFrom(emptyPowerModel(cpus)) };

/** A VM is on the page from the first reading on. */
const timeOf = (last: HostReading | undefined, now: HostReading) => ({
  seconds: last === undefined ? 0 : now.at - last.at,
  cpu: cpuSecondsBetween((last ?? now).cpu.seconds, now.cpu.seconds),
  vmSeconds: vmSecondsBetween(last?.vms ?? new Map(), now.vms),
  now: now.now,
});

/** In seconds: readings of the two clocks are a moment apart. */
const leastSuspension = 2;

/** While the host is suspended nobody knows what it draws, and its counters may begin anew. */
const wasSuspended = (last: HostReading | undefined, now: HostReading): boolean =>
  last !== undefined && now.now - last.now - (now.at - last.at) > leastSuspension;

const withHighest = (last: HostReading | undefined, reading: HostReading): HostReading =>
  last === undefined
    ? reading
    : { ...reading, cpu: { ...reading.cpu, seconds: highestOf(last.cpu.seconds, reading.cpu.seconds) } };

/** VMs were at work, and what all CPUs could do is read a moment apart: until it is known, nobody knows whose energy it was. */
const lacksCapacity = ({ pending }: Accounts): boolean =>
  !(capacityOf(pending.cpu) > 0) && [...pending.vmSeconds.values()].some((seconds) => seconds > 0);

export const advanceAgent = (state: AgentState, reading: HostReading): AgentState => {
  const last = withHighest(state.last, reading);
  const withTime = addTime(withModel(state.accounts, reading.cpu.cpus), timeOf(state.last, reading));
  if (reading.meter === undefined)
    return { ...state, accounts: dropPending(withTime), last, problem: 'there is no meter' };
  const before = wasSuspended(state.last, reading) ? forgetReading(state.energy) : state.energy;
  const { step, state: energy } = advanceEnergy(before, reading.meter, reading.at);
  if (step.kind === 'waiting') return { ...state, accounts: withTime, energy, last };
  if (step.kind === 'measured' && lacksCapacity(withTime))
    return { ...state, accounts: withTime, energy: before, last };
  const accounts = countZoneErrors(withTime, step.failedZones);
  if (step.kind === 'unknown') return { accounts: dropPending(accounts), energy, last, problem: step.why };
  return {
    accounts: addEnergy(accounts, step),
    energy,
    last,
    problem: undefined,
  };
};
