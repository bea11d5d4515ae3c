/**
 * A made hour and more, as two front-ends show it, and what VMs and hosts have truly used: the exporter stops twice, an
 * agent begins anew, another one is lost for a quarter of an hour, scrapes are missed, a VM migrates, one ends and one
 * changes hands. The exporter's own code counts it, with a clock that is passed in.
 */
import { advance } from '../../collectors/accounts/advance.ts';
import type { AccountedVm } from '../../collectors/accounts/counted-vm.ts';
import { type KeptEnergy, keepEnergy } from '../../collectors/accounts/io/keep-accounts.ts';
import { carbonCollector } from '../../collectors/carbon.ts';
import type { VmWithAttributes } from '../../collectors/collector.ts';
import { energyCollector } from '../../collectors/energy.ts';
import { type CarbonCounts, countCarbon } from '../../collectors/grid/carbon-counts.ts';
import type { Rates } from '../../collectors/grid/rates.ts';
import { vmCollector } from '../../collectors/vm.ts';
import { encodeFamilies } from '../../lib/prometheus/exposition.ts';
import { defaultSettings, emptyDocuments } from './documents.ts';
import { counted, madeHost, madeStep, madeVm, power, rules, silent } from './made-accounts.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export const stepSeconds = 15;
export const lastSecond = 75 * 60;
/** The hour of which the truth is told. */
const [windowFrom, windowTo] = [lastSecond - 3600, lastSecond];
const minutes = (from: number, to: number): readonly [number, number] => [from * 60, to * 60];
const isWithin = (at: number, [from, to]: readonly [number, number]): boolean => at >= from && at < to;

/** The exporter stops; its state comes back as it stood on the disk. */
const exporterDown = [minutes(20, 20.5), minutes(46, 48)];
/** The agent of host 0 does not answer; it tells power, not energy, so that nobody knows what was used. */
const agentSilent = minutes(52, 67);
/** The agent of host 1, which counts energy, begins anew. */
const agentReset = 40 * 60;
/** Nobody scrapes, and the exporter goes on. */
const scrapesLost = minutes(25, 28);
const migration = 35 * 60;
const handover = 42 * 60;
const lifeOfVm10 = minutes(30, 66);

/** In watts. */
const hostWatts = [300, 200] as const;
const vmWatts = {
  7: (at: number) => 80 + 30 * Math.sin((2 * Math.PI * at) / 900),
  8: (at: number) => (at < migration ? 40 : 60),
  9: () => 50,
  10: (at: number) => (isWithin(at, lifeOfVm10) ? 30 : 0),
} as const;
type VmId = keyof typeof vmWatts;
const hostOf = (id: VmId, at: number): 0 | 1 => (id === 7 || (id === 8 && at < migration) ? 0 : 1);

export const pue = 1.5;
export const supplyOfHost1 = 1.2;
const rates: ReadonlyMap<number, Rates> = new Map(
  [
    { gramsPerKwh: 100, perKwh: 0.24, currency: 'EUR' },
    { gramsPerKwh: 50, perKwh: 0.3, currency: 'CHF' },
  ].map(({ gramsPerKwh, perKwh, currency }, hostId) => [
    hostId,
    {
      factor: { gramsPerKwh, origin: { zone: '', year: '', source: 'made' } },
      price: { perKwh, currency },
    },
  ]),
);

const isRunning = (at: number): boolean => exporterDown.every((time) => !isWithin(at, time));
const isReadAt = (at: number): boolean => isRunning(at) && !isWithin(at, agentSilent);
/** Whether what stands between this reading of the agent of host 0 and the next one is known. */
const isKnownFrom = (at: number): boolean => isReadAt(at) && isReadAt(at + stepSeconds);

const joulesBetween = (watts: (at: number) => number, from: number, to: number): number => {
  let joules = 0;
  for (let at = from; at < to; at += 1) joules += watts(at + 0.5);
  return joules;
};

const sumOfWindow = (add: (from: number) => number): number => {
  let sum = 0;
  for (let at = windowFrom; at < windowTo; at += stepSeconds) sum += add(at);
  return sum;
};
const isKnown = (host: 0 | 1, from: number): boolean => host === 1 || isKnownFrom(from);
const joulesOf = (id: VmId, weigh: (host: 0 | 1) => number = () => 1): number =>
  sumOfWindow((from) => {
    const host = hostOf(id, from);
    return isKnown(host, from) ? joulesBetween(vmWatts[id], from, from + stepSeconds) * weigh(host) : 0;
  });
const kwh = (joules: number): number => joules / 3.6e6;
const siteFactor = (host: 0 | 1): number => pue * (host === 1 ? supplyOfHost1 : 1);
const hostKwh = (host: 0 | 1): number =>
  kwh(sumOfWindow((from) => (isKnown(host, from) ? hostWatts[host] * stepSeconds : 0)));

/** Of the last hour, by the labels that the queries keep. */
export const truth = {
  vmKwh: Object.fromEntries(([7, 8, 9, 10] as const).map((id) => [id, kwh(joulesOf(id))])),
  ownerKwh: {
    alice: kwh(joulesOf(7) + joulesOf(10)),
    bob: kwh(joulesOf(8)),
    carol: kwh(joulesOf(9)),
  },
  unmeasuredSeconds: {
    7: sumOfWindow((from) => (isKnownFrom(from) ? 0 : stepSeconds)),
  },
  vmGrams: Object.fromEntries(
    ([7, 8, 9, 10] as const).map((id) => [
      id,
      kwh(joulesOf(id, (host) => siteFactor(host) * (rates.get(host)?.factor?.gramsPerKwh ?? 0))),
    ]),
  ),
  hostCost: { 0: hostKwh(0) * siteFactor(0) * 0.24, 1: hostKwh(1) * siteFactor(1) * 0.3 },
} as const;

const vmsAt = (at: number) => [
  madeVm(7, 0, { owner: 'alice' }),
  madeVm(8, hostOf(8, at), { owner: 'bob' }),
  madeVm(9, 1, { owner: at < handover ? 'bob' : 'carol' }),
  ...(isWithin(at, lifeOfVm10) ? [madeVm(10, 1, { owner: 'alice' })] : []),
];

/** What the agent of host 1 has counted since it began. */
const countedAt = (at: number, began: number): Readonly<Record<number, number>> =>
  Object.fromEntries(
    ([8, 9, 10] as const)
      .filter((id) => hostOf(id, at) === 1 && (id !== 10 || isWithin(at, lifeOfVm10)))
      .map((id) => [
        id,
        joulesBetween((time) => (hostOf(id, time) === 1 ? vmWatts[id](time) : 0), began, at),
      ]),
  );

const stepAt = (beganAt: number, at: number) => {
  const now = beganAt + at * 1000;
  const vms = vmsAt(at);
  const ofHost0 = vms.flatMap(({ id, hostId }) => (hostId === 0 ? [id as VmId] : []));
  const watts = Object.fromEntries(ofHost0.map((id) => [id, vmWatts[id](at)]));
  const began = at < agentReset ? 0 : agentReset;
  const counters = countedAt(at, began);
  const step = madeStep(now, [madeHost(0), madeHost(1)], vms, [
    [0, [isWithin(at, agentSilent) ? silent(0, now) : power(0, now, hostWatts[0], watts)]],
    [1, [counted(1, now, at - began, hostWatts[1] * (at - began), counters)]],
  ]);
  return { ...step, supplyFactors: new Map([[1, supplyOfHost1]]) };
};

const asShown = (vm: AccountedVm): VmWithAttributes => ({
  ...vm,
  flavours: -1,
  exporter: undefined,
  previousHostId: undefined,
});

export interface MadePage {
  readonly instance: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** In Prometheus' text form. */
  readonly text: string;
}

/** What Prometheus scrapes from two front-ends with the same accounts. */
export const makePages = async (folder: string, beganAt: number): Promise<readonly MadePage[]> => {
  const open = (): Promise<KeptEnergy> => keepEnergy({ folder, retentionMs: undefined, log });
  const pages: MadePage[] = [];
  let carbon: CarbonCounts;
  let kept: KeptEnergy | undefined;
  for (let at = 0; at <= lastSecond; at += stepSeconds) {
    if (!isRunning(at)) {
      await kept?.close();
      kept = undefined;
      continue;
    }
    kept ??= await open();
    const step = stepAt(beganAt, at);
    await kept.advance((before) => advance(before, step, { ...rules, pue }), step);
    carbon = countCarbon(carbon, kept.accounts().vms, (hostId) => {
      const gpu = (rates.get(hostId)?.factor?.gramsPerKwh ?? 0) * pue;
      return { gpu, measured: gpu * (step.supplyFactors.get(hostId) ?? 1) };
    });
    if (isWithin(at, scrapesLost)) continue;
    const documents = { ...emptyDocuments, vms: step.vms.map(asShown), rates };
    const shown = { ...documents, energy: kept.accounts(), carbonCounts: carbon };
    const families = [vmCollector, energyCollector, carbonCollector].flatMap((collector) =>
      collector.collect(shown, defaultSettings),
    );
    const text = encodeFamilies(families, 'prometheus').toString('utf8');
    for (const instance of ['one-a:9925', 'one-b:9925']) pages.push({ instance, at: step.at, text });
  }
  await kept?.close();
  return pages;
};

/** Each sample with the front-end that it is from, and its time. */
export const timedSamples = (pages: readonly MadePage[], formatTime: (ms: number) => string): string =>
  pages
    .flatMap(({ instance, at, text }) =>
      text.split('\n').flatMap((line) => {
        const [, name, labels, value] = /^([a-z_0-9A-Z]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
        if (name === undefined) return [];
        const own = `instance="${instance}",job="opennebula_exporter"`;
        return [`${name}{${labels === undefined ? own : `${labels},${own}`}} ${value} ${formatTime(at)}\n`];
      }),
    )
    .join('');
