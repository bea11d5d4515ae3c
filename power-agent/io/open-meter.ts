/** Meters that this host has, each behind one interface, in the order in which they are tried. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { runCommand } from '../../lib/io/run-command.ts';
import type { CounterReading, MeterName, MeterReading } from '../meter.ts';
import { parseDcmiPower } from '../meters/dcmi.ts';
import { type ChosenSensor, chooseHwmon, type HwmonSensor } from '../meters/hwmon.ts';
import { type GivenPower, modelPower } from '../meters/model.ts';
import { type RaplZone, raplZones } from '../meters/rapl.ts';
import { readText, tryReadText } from './read-text.ts';

export interface OpenMeter {
  readonly name: MeterName;
  /** @param busyRatio which part of all CPUs has been busy since the last reading */
  readonly read: (busyRatio: number) => MeterReading;
}

export interface MeterPlaces {
  readonly sysfs: string;
  /** What the operator says of the host. */
  readonly givenPower: GivenPower | undefined;
}

const listFolder = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/**
 * Reads whole numbers; `undefined` for what is none, or cannot be read. A file that is empty is just being written, as
 * those of a made host are: what it held before stands.
 */
const createCountReader = (): ((file: string) => number | undefined) => {
  const last = new Map<string, number>();
  return (file) => {
    const text = tryReadText(file)?.trim();
    if (text === '') return last.get(file);
    if (text === undefined || !/^\d+$/.test(text)) return undefined;
    last.set(file, Number(text));
    return Number(text);
  };
};

const raplRescanSeconds = 60;

const findRaplZones = (folder: string): readonly RaplZone[] => {
  const listed = listFolder(folder);
  /** The kernel lists parts of a package beside it; a tree that was made by hand may have them inside only. */
  const inside = listed.flatMap((name) =>
    listFolder(path.join(folder, name)).flatMap((part) =>
      part.startsWith(`${name}:`) && !listed.includes(part) ? [[part, path.join(name, part)] as const] : [],
    ),
  );
  const places = new Map([...listed.map((name) => [name, name] as const), ...inside]);
  return raplZones(
    [...places].map(([name, place]) => ({
      folder: name,
      name: tryReadText(path.join(folder, place, 'name'))?.trim(),
    })),
  ).map((zone) => ({ ...zone, folder: places.get(zone.folder) ?? zone.folder }));
};

/** What a host draws is not known without one of its packages: one that is gone is not forgotten. */
const withLostPackages = (before: readonly RaplZone[], now: readonly RaplZone[]): readonly RaplZone[] => [
  ...now,
  ...before.filter(({ kind, zone }) => kind === 'package' && !now.some((found) => found.zone === zone)),
];

const openRapl = ({ sysfs }: MeterPlaces): OpenMeter => {
  const folder = path.join(sysfs, 'class/powercap');
  let zones = findRaplZones(folder);
  let ranges = new Map<string, number>();
  let scannedAt = performance.now();
  const readCount = createCountReader();
  const packages = zones.filter(({ kind }) => kind === 'package');
  const [first] = packages;
  if (first === undefined) throw new Error(`${folder} has no zone of a package`);
  if (packages.every((zone) => tryReadText(path.join(folder, zone.folder, 'energy_uj')) === undefined))
    readText(path.join(folder, first.folder, 'energy_uj')); // fails with the reason

  const readZone = ({ folder: place, zone, kind }: RaplZone): CounterReading => {
    const range = ranges.get(place) ?? readCount(path.join(folder, place, 'max_energy_range_uj')) ?? 0;
    ranges.set(place, range);
    // Without a name it may be a package or psys: nobody knows whether its energy counts.
    const isNamed = zone !== place;
    const microjoules = isNamed ? readCount(path.join(folder, place, 'energy_uj')) : undefined;
    return { zone, kind, range, microjoules };
  };
  return {
    name: 'rapl',
    read() {
      if (performance.now() - scannedAt > raplRescanSeconds * 1000) {
        zones = withLostPackages(zones, findRaplZones(folder));
        ranges = new Map();
        scannedAt = performance.now();
      }
      return { kind: 'counters', counters: zones.map(readZone) };
    },
  };
};

const listSensors = (folder: string): readonly HwmonSensor[] =>
  listFolder(folder).flatMap((chipFolder) => {
    const chip = tryReadText(path.join(folder, chipFolder, 'name'))?.trim() ?? '';
    return listFolder(path.join(folder, chipFolder))
      .filter((file) => /^(?:energy|power)\d+_(?:input|average)$/.test(file))
      .map((file) => ({
        folder: chipFolder,
        chip,
        file,
        label: tryReadText(path.join(folder, chipFolder, file.replace(/_.*$/, '_label')))?.trim() ?? '',
      }));
  });

const openHwmon = ({ sysfs }: MeterPlaces): OpenMeter => {
  const folder = path.join(sysfs, 'class/hwmon');
  const choice = chooseHwmon(listSensors(folder));
  if (choice === undefined)
    throw new Error(`${folder} has no sensor for the energy of a socket and no power_meter of ACPI`);
  const readCount = createCountReader();
  const fileOf = (sensor: ChosenSensor): string => path.join(folder, sensor.folder, sensor.file);
  const [first] = choice.kind === 'energy' ? choice.sensors : [choice.sensor];
  if (first !== undefined) readText(fileOf(first)); // fails with the reason
  if (choice.kind === 'power') {
    const { sensor } = choice;
    return {
      name: 'hwmon',
      read() {
        const microwatts = readCount(fileOf(sensor));
        const watts = microwatts === undefined ? undefined : microwatts / 1e6;
        return { kind: 'power', power: { zone: sensor.zone, watts, isNew: true } };
      },
    };
  }
  return {
    name: 'hwmon',
    read: () => ({
      kind: 'counters',
      counters: choice.sensors.map((sensor) => ({
        zone: sensor.zone,
        kind: 'package',
        range: 0,
        microjoules: readCount(fileOf(sensor)),
      })),
    }),
  };
};

const dcmiIntervalMs = 10_000;
/** An answer that is older says nothing of now. */
const dcmiOldestMs = 30_000;
const dcmiTimeoutMs = 8000;

const openDcmi = async (): Promise<OpenMeter> => {
  const ask = async (): Promise<number> => {
    const watts = parseDcmiPower(await runCommand(['ipmitool', 'dcmi', 'power', 'reading'], dcmiTimeoutMs));
    if (watts === undefined) throw new Error('the BMC does not measure power (ipmitool dcmi power reading)');
    return watts;
  };
  let last = { watts: await ask(), at: performance.now() };
  let askedAt = performance.now();
  let isNew = true;
  return {
    name: 'dcmi',
    read() {
      const now = performance.now();
      if (now - askedAt >= dcmiIntervalMs) {
        askedAt = now;
        void ask().then(
          (watts) => {
            last = { watts, at: performance.now() };
            isNew = true;
          },
          () => undefined, // the last answer grows too old
        );
      }
      const watts = now - last.at <= dcmiOldestMs ? last.watts : undefined;
      const power = { zone: 'dcmi', watts, isNew };
      isNew = false;
      return { kind: 'power', power };
    },
  };
};

const openModel = ({ givenPower }: MeterPlaces): OpenMeter => {
  if (givenPower === undefined)
    throw new Error('--model.idle-watts and --model.max-watts do not say what the host draws');
  return {
    name: 'model',
    read: (busyRatio) => ({
      kind: 'power',
      power: { zone: 'model', watts: modelPower(givenPower, busyRatio), isNew: true },
    }),
  };
};

const meters: Readonly<Record<MeterName, (places: MeterPlaces) => OpenMeter | Promise<OpenMeter>>> = {
  rapl: openRapl,
  hwmon: openHwmon,
  dcmi: openDcmi,
  model: openModel,
};

export interface FoundMeter {
  /** `undefined` where none works. */
  readonly meter: OpenMeter | undefined;
  /** Why those that were tried do not. */
  readonly problems: readonly string[];
}

/** The first meter that works. */
export const openMeter = async (names: readonly MeterName[], places: MeterPlaces): Promise<FoundMeter> => {
  const problems: string[] = [];
  for (const name of names) {
    try {
      return { meter: await meters[name](places), problems };
    } catch (thrown) {
      problems.push(`${name}: ${reasonOf(thrown)}`);
    }
  }
  return { meter: undefined, problems };
};
