/** The sections of oneext.yaml. Every program of the suite knows them all; each is answered for by one. */
import { suggestion } from './nearest.ts';
import { configurable, fileName, type OptionTable } from './options.ts';

interface Section {
  /** The program that reads every key of the section, and warns of those that it does not know. */
  readonly reader: string;
  /** Keys of what is more than one value: they are read from the document. */
  readonly structured?: readonly string[];
}

export const sections: Readonly<Record<string, Section>> = {
  web: { reader: 'opennebula-exporter' },
  log: { reader: 'opennebula-exporter' },
  one: { reader: 'opennebula-exporter' },
  guest: { reader: 'opennebula-exporter' },
  power: { reader: 'opennebula-exporter' },
  energy: { reader: 'opennebula-exporter', structured: ['co2', 'prices'] },
  scheduler: { reader: 'opennebula-exporter' },
  monitoring: { reader: 'opennebula-exporter' },
  snapshot: { reader: 'opennebula-exporter' },
  backup_restore: { reader: 'opennebula-exporter' },
  collector: { reader: 'opennebula-exporter' },
  hooks: { reader: 'every hook' },
  geolocation: { reader: 'host_geolocation', structured: ['static'] },
  prometheus: { reader: 'oneext prometheus' },
  tunnel: { reader: 'migrate_tunnel' },
  hosts: { reader: 'oneext hosts' },
  exporter: { reader: 'oneext top and oneext doctor' },
  top: { reader: 'oneext top' },
  doctor: { reader: 'oneext doctor' },
};

export const sectionsOf = (reader: string): readonly string[] =>
  Object.keys(sections).filter((name) => sections[name]?.reader === reader);

const sectionOf = (key: string): string => key.split('.')[0] ?? '';

const isRead = (key: string): boolean => {
  const [section = '', name] = key.split('.');
  return name === undefined
    ? Object.hasOwn(sections, section) // a section with nothing below it
    : sections[section]?.structured?.includes(name) === true;
};

/**
 * Of the keys that are no option of `table`, those that no program reads: in a section that does not exist, or
 * in one that the caller answers for.
 */
export const strayKeys = (unknown: readonly string[], answersFor: readonly string[]): readonly string[] =>
  unknown.filter((key) => {
    const section = sectionOf(key);
    return !isRead(key) && (!Object.hasOwn(sections, section) || answersFor.includes(section));
  });

/** `nothing reads the key top.exporter_url; did you mean exporter.url?` */
export const describeStrayKey = (key: string, table: OptionTable): string => {
  const known = suggestion(key, Object.keys(configurable(table)).map(fileName));
  const nearest = known === '' ? suggestion(sectionOf(key), Object.keys(sections)) : known;
  return `nothing reads the key ${key}${Object.hasOwn(sections, sectionOf(key)) ? known : nearest}`;
};
