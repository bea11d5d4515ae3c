/**
 * Tells when somebody guesses tokens, of a VM or from an address.
 *
 * Nobody is locked out: many guests ask through one address, and a guess must not keep the VM itself from asking. All
 * answers about such a VM, or to such an address, wait instead, the right ones too, so that a quick answer tells
 * nothing.
 */
interface Level {
  readonly value: number;
  readonly at: number;
}

interface Bounds {
  /** Wrong tokens before answers wait. */
  readonly free: number;
  readonly most: number;
}
const ofVm: Bounds = { free: 5, most: 30 };
const ofClient: Bounds = { free: 50, most: 80 };
/** A wrong token is forgotten after this time. */
const forgetMs = 2000;
const mostKnown = 20_000;

export interface Guess {
  /** Who asks, as far as the network tells. */
  readonly client: string;
  /** `undefined` where there is no such VM. */
  readonly vmId: number | undefined;
}

export interface GuessLimit {
  /** Whether that makes answers wait which did not wait before. */
  wrong(guess: Guess, now: number): boolean;
  mustWait(guess: Guess, now: number): boolean;
}

export const createGuessLimit = (): GuessLimit => {
  const levels = new Map<string, Level>();
  const levelOf = (key: string, now: number): number => {
    const level = levels.get(key);
    return level === undefined ? 0 : Math.max(0, level.value - (now - level.at) / forgetMs);
  };
  const keysOf = ({ client, vmId }: Guess): readonly (readonly [string, Bounds])[] => [
    [`client ${client}`, ofClient],
    ...(vmId === undefined ? [] : [[`vm ${vmId}`, ofVm] as const]),
  ];
  const mustWait = (guess: Guess, now: number): boolean =>
    keysOf(guess).some(([key, { free }]) => levelOf(key, now) > free);
  return {
    mustWait,
    wrong(guess, now) {
      const waited = mustWait(guess, now);
      for (const [key, { most }] of keysOf(guess)) {
        const value = Math.min(most, levelOf(key, now) + 1);
        levels.delete(key); // to the end: the others are older
        levels.set(key, { value, at: now });
      }
      for (const oldest of levels.keys()) {
        if (levels.size <= mostKnown) break;
        levels.delete(oldest);
      }
      return !waited && mustWait(guess, now);
    },
  };
};
