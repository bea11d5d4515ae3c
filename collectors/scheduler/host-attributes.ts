/**
 * What the scheduler learns of a host: attributes of its template.
 *
 * A rank is cut to an integer, and an attribute that is missing counts as 0 there: POWER_RANK is larger the better
 * a host is, at least 1 where it is known, and 0 where it is not. Source: OpenNebula, src/scheduler (expr_arith.y).
 */
import { type Host, isKvm, type SchedulerAttributes, schedulerAttributes } from '../../lib/one/host.ts';
import { wattsFromMicrowatts } from '../../lib/units/units.ts';
import type { Documents } from '../collector.ts';
import { hostReadingOf } from '../host-readings.ts';
import { hasPowerAgent } from '../power.ts';
import type { PowerRank } from '../scheduler-options.ts';

/** The rank of a host at 1 W, or 1 g of CO2 an hour, for each busy CPU. */
const rankOfOne = 1_000_000;
/** It stays a 32-bit integer, as the scheduler has it. */
const mostRank = 1_000_000_000;

const rankOf = (cost: number | undefined): number => {
  if (cost === undefined || !(cost >= 0)) return 0;
  return Math.min(mostRank, Math.max(1, Math.round(rankOfOne / cost)));
};

const formatAmount = (amount: number | undefined): string =>
  amount === undefined ? '' : String(Number(amount.toFixed(1)));

export type SchedulerDocuments = Pick<Documents, 'hosts' | 'agents' | 'hostModels'>;

/** @param carbonIntensity of the host, in grams of CO2 per kWh; `undefined` where it is not known */
const attributesOf = (
  { id }: Host,
  { agents, hostModels }: SchedulerDocuments,
  carbonIntensity: number | undefined,
  rank: PowerRank,
): SchedulerAttributes => {
  const power = hostReadingOf(agents.get(id) ?? [])?.hostPower;
  const model = hostModels.get(id);
  const wattsPerCpu = power === undefined ? undefined : model?.wattsPerCpu;
  const gramsPerCpuHour =
    wattsPerCpu === undefined || carbonIntensity === undefined
      ? undefined
      : (wattsPerCpu * carbonIntensity) / 1000;
  return {
    POWER_WATTS: formatAmount(power === undefined ? undefined : wattsFromMicrowatts(power)),
    POWER_IDLE_WATTS: formatAmount(power === undefined ? undefined : model?.idleWatts),
    CARBON_INTENSITY: formatAmount(carbonIntensity),
    POWER_RANK: String(rankOf(rank === 'watts' ? wattsPerCpu : gramsPerCpuHour)),
  };
};

/** Nothing is known of the host. */
const isUnknown = (attributes: SchedulerAttributes): boolean =>
  schedulerAttributes.every((name) => ['', '0'].includes(attributes[name]));

/**
 * Agents that count give no power at their first reading: a power that is not known may be in a moment, and what was
 * known before is not emptied at once.
 */
export const awaitsReading = (found: SchedulerAttributes, wanted: SchedulerAttributes): boolean =>
  wanted.POWER_WATTS === '' && (found.POWER_WATTS !== '' || isUnknown(wanted));

/** Of every host that may have a power agent, and of one that is offline until it has lost what was known of it. @param intensityOf grams of CO2 per kWh, by host id */
export const wantedAttributes = (
  documents: SchedulerDocuments,
  intensityOf: ReadonlyMap<number, number>,
  rank: PowerRank,
): ReadonlyMap<number, SchedulerAttributes> =>
  new Map(
    documents.hosts
      .filter((host) => hasPowerAgent(host) || (isKvm(host) && !isUnknown(host.schedulerAttributes)))
      .map((host) => [host.id, attributesOf(host, documents, intensityOf.get(host.id), rank)]),
  );

const leastPart = 0.05;
const leastWatts = 5;

const isFar = (name: keyof SchedulerAttributes, before: string, wanted: string): boolean => {
  if (before === wanted) return false;
  const [from, to] = [Number.parseFloat(before), Number.parseFloat(wanted)];
  if (before === '' || wanted === '' || Number.isNaN(from)) return true;
  if (name === 'POWER_RANK' && (from === 0 || to === 0)) return true; // it becomes known, or unknown
  const distance = Math.abs(to - from);
  return distance > leastPart * Math.abs(from) && (!name.endsWith('_WATTS') || distance > leastWatts);
};

/** Each write costs OpenNebula the whole body of the host: whether the difference is worth it. */
export const isWorthWriting = (before: SchedulerAttributes, wanted: SchedulerAttributes): boolean =>
  schedulerAttributes.some((name) => isFar(name, before[name], wanted[name]));

/** For one.host.update, which merges it: an unknown value is emptied. */
export const formatHostTemplate = (attributes: SchedulerAttributes): string =>
  schedulerAttributes.map((name) => `${name}="${attributes[name]}"\n`).join('');
