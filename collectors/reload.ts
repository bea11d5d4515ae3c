/** What a configuration that is read again changes. */
import type { ExporterOptions } from './exporter-options.ts';

/** The names of options whose values differ. */
export const changedOptions = (before: ExporterOptions, next: ExporterOptions): readonly string[] => {
  const known = new Map<string, unknown>(Object.entries(before));
  return Object.entries(next).flatMap(([name, value]) =>
    JSON.stringify(known.get(name)) === JSON.stringify(value) ? [] : [name],
  );
};

const restarting: ReadonlySet<string> = new Set([
  'web.listen-address',
  'web.config.file',
  'guest.listen-address',
  'collector.energy',
  'energy.directory',
  'energy.interval',
  'energy.retention',
]);

/** Options of what is opened once: sockets, the file from which they take certificates and users, a folder. */
export const takesRestart = (name: string): boolean => restarting.has(name);
