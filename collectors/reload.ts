/** What a configuration that is read again changes. */
import type { ExporterOptions } from './exporter-options.ts';
import type { Tariffs } from './grid/tariffs.ts';

const isEqual = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The names of options whose values differ. */
const changedOptions = (before: ExporterOptions, next: ExporterOptions): readonly string[] => {
  const known = new Map<string, unknown>(Object.entries(before));
  return Object.entries(next).flatMap(([name, value]) => (isEqual(known.get(name), value) ? [] : [name]));
};

/** As they are called in oneext.yaml. */
const changedTariffs = (before: Tariffs, next: Tariffs): readonly string[] => [
  ...(isEqual(before.factors, next.factors) ? [] : ['energy.co2']),
  ...(isEqual(before.prices, next.prices) ? [] : ['energy.prices']),
];

/** Options of what is opened once: sockets, the file from which they take certificates and users, a folder. */
const restarting: ReadonlySet<string> = new Set([
  'web.listen-address',
  'web.config.file',
  'guest.listen-address',
  'collector.energy',
  'energy.directory',
  'energy.interval',
  'energy.retention',
]);

const inForce = (before: ExporterOptions, next: ExporterOptions): ExporterOptions => ({
  ...next,
  ...Object.fromEntries(Object.entries(before).filter(([name]) => restarting.has(name))),
});

interface Settings {
  readonly options: ExporterOptions;
  readonly tariffs: Tariffs;
}

export interface ReloadPlan {
  /** In force from now on: what is opened once keeps its values. */
  readonly options: ExporterOptions;
  /** What is in force and was not before. */
  readonly changed: readonly string[];
  /** What differs, but not before a restart. */
  readonly waiting: readonly string[];
}

export const planReload = (before: Settings, next: Settings): ReloadPlan => {
  const names = changedOptions(before.options, next.options);
  return {
    options: inForce(before.options, next.options),
    changed: [
      ...names.filter((name) => !restarting.has(name)),
      ...changedTariffs(before.tariffs, next.tariffs),
    ],
    waiting: names.filter((name) => restarting.has(name)),
  };
};
