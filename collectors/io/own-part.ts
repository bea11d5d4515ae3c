/** Which part of the cloud is that of this exporter. */
import type { Host } from '../../lib/one/host.ts';
import { hostHomes } from '../host-homes.ts';
import { isWhole, type Part, type Shard } from '../shard.ts';
import type { Source } from './source.ts';

export type PartReader = () => Promise<Part>;

/** Worked out once for each pool of hosts; what was known last stays while the hosts cannot be read. */
export const createPartReader = (
  hosts: Source<readonly Host[]>,
  shard: Shard,
  templates: readonly string[],
): PartReader => {
  if (isWhole(shard)) return async () => ({ ...shard, homes: new Map() });
  let last: { readonly hosts: readonly Host[]; readonly part: Part } | undefined;
  return async () => {
    try {
      const { value } = await hosts.get();
      if (last?.hosts !== value)
        last = { hosts: value, part: { ...shard, homes: hostHomes(value, templates) } };
    } catch (thrown) {
      if (last === undefined) throw thrown;
    }
    return last.part;
  };
};
