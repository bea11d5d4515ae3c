/** What a configuration that is read again changes. */
import type { ExporterOptions } from './exporter-options.ts';

/** The names of options whose values differ. */
export const changedOptions = (before: ExporterOptions, next: ExporterOptions): readonly string[] => {
  const known = new Map<string, unknown>(Object.entries(before));
  return Object.entries(next).flatMap(([name, value]) =>
    JSON.stringify(known.get(name)) === JSON.stringify(value) ? [] : [name],
  );
};

/** Options of what is opened once: sockets, and the file from which they take certificates and users. */
export const takesRestart = (name: string): boolean =>
  name === 'web.listen-address' || name === 'web.config.file';
