/** What is read, of several exporters that share a cloud, for what this one alone writes and keeps. */
import { accountedVm, isOwnHost, isOwnVm, isWhole, type Part } from '../shard.ts';
import type { PartReader } from './own-part.ts';
import type { Source } from './source.ts';
import type { Sources } from './sources.ts';

export interface OwnSources {
  readonly readPart: PartReader;
  readonly all: Sources;
  /** Its hosts and VMs. */
  readonly own: Sources;
  /** With the VMs that count energy on its hosts while they move away. */
  readonly accounted: Sources;
}

/** Of several exporters that share a cloud, what this one alone writes and keeps. */
export const ownSources = (sources: Sources, readPart: PartReader): OwnSources => {
  const choosing = <T>(
    source: Source<readonly T[]>,
    choose: (one: T, part: Part) => readonly T[],
  ): Source<readonly T[]> => ({
    get: async () => {
      const reading = await source.get();
      const part = await readPart();
      return isWhole(part)
        ? reading
        : { ...reading, value: reading.value.flatMap((one) => choose(one, part)) };
    },
  });
  const hosts = choosing(sources.hosts, (host, part) => (isOwnHost(host.id, part) ? [host] : []));
  return {
    readPart,
    all: sources,
    own: { ...sources, hosts, vms: choosing(sources.vms, (vm, part) => (isOwnVm(vm, part) ? [vm] : [])) },
    accounted: { ...sources, hosts, vms: choosing(sources.vms, accountedVm) },
  };
};
