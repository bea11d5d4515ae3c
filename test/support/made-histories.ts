/** Made histories of clouds: what agents, clocks, hosts and VMs do, moment by moment. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { idlePolicies } from '../../collectors/accounts/idle-share.ts';
import type { Step } from '../../collectors/accounts/scene.ts';
import type { Sight } from '../../collectors/accounts/spans.ts';
import { counted, madeHost, madeVm, minute, noon, power, silent } from './made-accounts.ts';

export const hostIds = [0, 1, 2];
const vmIds = [10, 11, 12, 13];

const watts = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: 0, max: 400, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -5, 1e15, 1e-12, 0) },
);
const moment = fc.record({
  passedMs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 70_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 70_000, max: 200 * 86_400_000 }) },
  ),
  wallJumpMs: fc.oneof(
    { weight: 8, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -90 * 86_400_000, max: 90 * 86_400_000 }) },
  ),
  /** Local time: summer time begins and ends, and a front-end moves to a zone with a quarter of an hour. */
  zoneOffsetMs: fc.constantFrom(0, 0, 0, 60 * minute, 345 * minute),
  isRestarted: fc.boolean(),
  isDiskFull: fc.integer({ min: 0, max: 5 }).map((die) => die === 0),
  hosts: fc.array(
    fc.record({
      isThere: fc.boolean(),
      answer: fc.constantFrom('sound', 'sound', 'sound', 'silent', 'again', 'reset'),
      watts,
      vmWatts: fc.array(watts, { minLength: vmIds.length, maxLength: vmIds.length }),
    }),
    { minLength: hostIds.length, maxLength: hostIds.length },
  ),
  vms: fc.array(
    fc.record({
      host: fc.constantFrom(undefined, ...hostIds, 99),
      lcmState: fc.constantFrom(3, 3, 3, 4, 12),
      isThere: fc.boolean(),
      owner: fc.constantFrom('alice', 'alice', 'bob'),
      labels: fc.constantFrom('', 'prod', 'prod,web'),
    }),
    { minLength: vmIds.length, maxLength: vmIds.length },
  ),
});
type Moment = typeof moment extends fc.Arbitrary<infer T> ? T : never;
const clouds = fc.record({
  rules: fc.record({
    attribution: fc.constant('capacity' as const),
    idle: fc.constantFrom(...idlePolicies),
    pue: fc.constantFrom(undefined, 1, 1.35),
    longestGapMs: fc.constantFrom(1000, minute),
  }),
  counts: fc.array(fc.boolean(), { minLength: hostIds.length, maxLength: hostIds.length }),
  moments: fc.array(moment, { minLength: 1, maxLength: 12 }),
});
export type Cloud = typeof clouds extends fc.Arbitrary<infer T> ? T : never;

interface Counting {
  seconds: number;
  host: number;
  readonly vms: Record<number, number>;
}

/** What the agents of a made cloud say at each moment. */
export const stepsOf = ({ counts, moments }: Cloud): readonly Step[] => {
  let at = noon;
  let wallOffsetMs = 0;
  const counting = hostIds.map((): Counting => ({ seconds: 0, host: 0, vms: {} }));
  const last = new Map<number, Sight>();
  const sightOf = (hostId: number, { hosts, passedMs }: Moment): Sight => {
    const said = hosts[hostId];
    const own = counting[hostId];
    assert.ok(said !== undefined && own !== undefined);
    if (said.answer === 'reset') Object.assign(own, { seconds: 0, host: 0, vms: {} });
    own.seconds += passedMs / 1000;
    own.host += (said.watts * passedMs) / 1000;
    for (const [index, id] of vmIds.entries())
      own.vms[id] = (own.vms[id] ?? 0) + ((said.vmWatts[index] ?? 0) * passedMs) / 1000;
    const again = last.get(hostId);
    if (said.answer === 'again' && again !== undefined) return again;
    if (said.answer === 'silent') return silent(hostId, at);
    if (counts[hostId]) return counted(hostId, at, own.seconds, own.host, own.vms);
    return power(
      hostId,
      at,
      Math.max(said.watts, 0),
      Object.fromEntries(vmIds.map((id, index) => [id, said.vmWatts[index] ?? 0])),
    );
  };
  return moments.map((now) => {
    at += now.passedMs;
    wallOffsetMs += now.wallJumpMs;
    const there = hostIds.filter((id) => now.hosts[id]?.isThere);
    const sights = there.map((id) => [id, [sightOf(id, now)]] as const);
    for (const [id, [sight]] of sights) if (sight !== undefined) last.set(id, sight);
    const vms = now.vms.flatMap(({ host, lcmState, isThere, owner, labels }, index) => {
      const who = { owner, labels, ...(host === undefined ? {} : { lcmState }) };
      return isThere ? [madeVm(vmIds[index] ?? 0, host, who)] : [];
    });
    return {
      at,
      calendar: { wallOffsetMs, zoneOffsetMs: now.zoneOffsetMs },
      hosts: there.map((id) => madeHost(id)),
      vms,
      sights: new Map(sights),
      supplyFactors: new Map([[0, 1.2]]),
    };
  });
};

/** A page that is judged sound before has no such values; agents that count are judged by the accounts. */
const isJudged = (cloud: Cloud): boolean =>
  cloud.moments.every(({ hosts }) =>
    hosts.every(
      (host, index) =>
        cloud.counts[index] || [host.watts, ...host.vmWatts].every((value) => value >= 0 && value < 1e5),
    ),
  );
export const judged = clouds.filter(isJudged);
