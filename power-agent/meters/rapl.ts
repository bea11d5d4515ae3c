/**
 * RAPL through the kernel's powercap: /sys/class/powercap/intel-rapl:*, on AMD too.
 * https://www.kernel.org/doc/html/latest/power/powercap/powercap.html
 */
import type { ZoneKind } from '../meter.ts';

/** A folder of powercap, by its name below class/powercap: `intel-rapl:0`, `intel-rapl:0:2`, `intel-rapl-mmio:0`. */
export interface PowercapFolder {
  readonly folder: string;
  /** What its file `name` says: `package-0`, `dram`, `core`, `psys`; `undefined` where it cannot be read. */
  readonly name: string | undefined;
}

export interface RaplZone {
  readonly folder: string;
  /** The name; for a part of a package the package's name before it: `package-0-dram`. */
  readonly zone: string;
  readonly kind: ZoneKind;
}

/** A zone whose name cannot be read may be a package: nobody knows then what the host draws. */
const kindOf = ({ folder, name }: PowercapFolder): ZoneKind => {
  if (name === undefined) return /^intel-rapl:\d+$/.test(folder) ? 'package' : 'other';
  if (/^package(?:-|$)/.test(name)) return 'package';
  return name === 'dram' || name === 'psys' ? name : 'other';
};

const isPowercapName = (folder: string): boolean => /^intel-rapl(?:-mmio)?(?::\d+)+$/.test(folder);

/** The zones whose energy is read. intel-rapl-mmio shows packages a second time: what is there already is dropped. */
export const raplZones = (folders: readonly PowercapFolder[]): readonly RaplZone[] => {
  const listed = folders.filter(({ folder }) => isPowercapName(folder));
  const names = new Map(listed.map(({ folder, name = folder }) => [folder, name]));
  const zoneOf = (each: PowercapFolder): RaplZone => {
    const { folder, name = folder } = each;
    const parent = names.get(folder.replace(/:\d+$/, ''));
    return { folder, zone: parent === undefined ? name : `${parent}-${name}`, kind: kindOf(each) };
  };
  const isDouble = (folder: string): boolean => folder.startsWith('intel-rapl-mmio');
  const found = new Map<string, RaplZone>();
  const ordered = [...listed].sort(
    (one, other) => Number(isDouble(one.folder)) - Number(isDouble(other.folder)),
  );
  for (const each of ordered) {
    const zone = zoneOf(each);
    if (!found.has(zone.zone)) found.set(zone.zone, zone);
  }
  return [...found.values()];
};
