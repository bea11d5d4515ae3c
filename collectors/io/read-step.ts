/** What a step of the accounts needs to know, and the clock by which it counts. */
import type { Calendar } from '../accounts/booking.ts';
import type { AccountingRules, Step } from '../accounts/scene.ts';
import { sightsOf } from '../accounts/sights.ts';
import type { Documents } from '../collector.ts';
import type { GpuReading } from '../gpu-power.ts';
import { type ReadSituation, readSituation } from './read-situation.ts';
import type { Sources } from './sources.ts';

/** The clock on the wall drifts; less than this is no step of it. */
const wallStepMs = 1000;

/** The local time, as the clock on the wall tells it. @param wall what it shows at a moment of `now` */
export const createCalendar = (now: () => number, wall: (ms: number) => number): (() => Calendar) => {
  let wallOffsetMs = 0;
  return () => {
    const at = now();
    const offset = Math.round(wall(at) - at);
    if (Math.abs(offset - wallOffsetMs) >= wallStepMs) wallOffsetMs = offset;
    return { wallOffsetMs, zoneOffsetMs: -new Date().getTimezoneOffset() * 60_000 };
  };
};

const supplyFactorsOf = (platform: Documents['platform']): Step['supplyFactors'] =>
  new Map(
    [...platform].flatMap(([hostId, { factor }]) => (typeof factor === 'number' ? [[hostId, factor]] : [])),
  );

const gpuReadingsOf = (gpuPower: Documents['gpuPower']): ReadonlyMap<number, GpuReading> =>
  new Map([...gpuPower].flatMap(([vmId, power]) => (typeof power === 'string' ? [] : [[vmId, power]])));

export interface ReadStep extends ReadSituation {
  readonly step: Step;
  readonly rates: Documents['rates'];
  readonly askedCo2: Documents['askedCo2'];
}

/** Fails where a document of it cannot be read. */
export const readStep = async (
  from: Sources,
  { attribution }: AccountingRules,
  now: () => number,
  calendar: () => Calendar,
): Promise<ReadStep> => {
  const [situation, platform, gpuPower, gridZones, askedCo2, rates, hostModels] = await Promise.all([
    readSituation(from),
    from.platform.get(),
    from.gpuPower.get(),
    from.gridZones.get(),
    from.askedCo2.get(),
    from.rates.get(),
    attribution === 'marginal' ? from.hostModels.get() : undefined,
  ]);
  const { documents } = situation;
  const seen = { ...documents, hostModels: hostModels?.value ?? new Map() };
  const step: Step = {
    vms: documents.vms,
    hosts: documents.hosts.map((host) => ({ ...host, gridZone: gridZones.value.get(host.id) })),
    at: Math.round(now()),
    calendar: calendar(),
    sights: sightsOf(seen, attribution),
    supplyFactors: supplyFactorsOf(platform.value),
    gpuPower: gpuReadingsOf(gpuPower.value),
  };
  return { ...situation, step, rates: rates.value, askedCo2: askedCo2.value };
};
