/**
 * What the leader of a zone may show: what enough other front-ends have on their disks, so that no counter is lower
 * after whichever of them goes on.
 *
 * Where too few of them take copies, that cannot be had, and all is shown.
 */

/** What can be shown, and when it was counted. */
interface Counted<T> {
  readonly at: number;
  readonly value: T;
}

/** Fewer than a server may fall behind by: it takes the newest then. */
const mostOffered = 4;

export const createShown = <T>() => {
  const offered: Counted<T>[] = [];
  /** When each server has asked last. */
  const heard = new Map<number, number>();
  /** What each server has written: when that was counted. */
  const taken = new Map<number, number>();
  let shown: Counted<T> | undefined;
  return {
    /** A server asks for a copy. */
    hear: (serverId: number, now: number): void => void heard.set(serverId, now),
    /** This goes into a copy. */
    offer(counted: Counted<T>): void {
      if (offered.some(({ at }) => at === counted.at)) return;
      offered.push(counted);
      if (offered.length > mostOffered) offered.shift();
    },
    /** A server has written the copy of that moment. */
    take: (serverId: number, at: number): void => void taken.set(serverId, at),
    /** @param needed how many other servers make a majority with this one */
    choose(current: Counted<T>, needed: number, now: number, patienceMs: number): T | undefined {
      const asking = [...heard.values()].filter((at) => now - at <= patienceMs).length;
      if (asking < needed) shown = current;
      else {
        const at = [...taken.values()].sort((one, other) => other - one)[needed - 1];
        const held = offered.find((one) => one.at === at);
        if (held !== undefined && held.at > (shown?.at ?? Number.NEGATIVE_INFINITY)) shown = held;
      }
      return shown?.value;
    },
  };
};
export type Shown<T> = ReturnType<typeof createShown<T>>;
