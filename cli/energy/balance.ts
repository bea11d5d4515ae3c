/** Compares the energy of VMs with that of their hosts, hour by hour. */
import type { RowVisitor } from '../../collectors/accounts/rows.ts';

interface Sums {
  used: number;
  total: number;
  rest: number;
}

export interface Balance {
  /** What an hour says. */
  readonly visitor: RowVisitor;
  /** Compares the hour that was read last; the hosts whose sums differ. */
  readonly close: () => readonly number[];
}

export const createBalance = (): Balance => {
  const hosts = new Map<number, Sums>();
  const sumsOf = (hostId: number): Sums => {
    const known = hosts.get(hostId) ?? { used: 0, total: 0, rest: 0 };
    hosts.set(hostId, known);
    return known;
  };
  return {
    visitor: {
      onVm: () => undefined,
      onHost: () => undefined,
      onUse(_, hostId, own, share) {
        if (own + share > 0) sumsOf(hostId).used += own + share;
      },
      onDraw(hostId, total, rest) {
        const sums = sumsOf(hostId);
        sums.total += total;
        sums.rest += rest;
      },
    },
    close() {
      const wrong = [...hosts].filter(([, { used, total, rest }]) => used + rest !== total || rest < 0);
      hosts.clear();
      return wrong.map(([hostId]) => hostId);
    },
  };
};
