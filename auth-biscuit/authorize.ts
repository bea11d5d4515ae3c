/**
 * The decision: is this token a login of this user, now?
 *
 * Pure. The token library and the time are arguments; whatever the library throws is no grant.
 */
import type { BiscuitConfiguration } from './configuration.ts';
import type { PublicKey } from './public-keys.ts';

/** What the driver answers: granted, or denied with a reason that holds nothing of the token's text. */
export type Verdict = { readonly granted: true } | { readonly granted: false; readonly reason: string };

const granted: Verdict = { granted: true };
const denied = (reason: string): Verdict => ({ granted: false, reason });

/** What a token is asked: is it a login of `user` at `time`? */
export interface Question {
  readonly user: string;
  readonly time: Date;
  readonly zone: string | number | undefined;
  readonly endpoint: string | undefined;
  /** Further checks in Datalog that must hold. */
  readonly checks: readonly string[];
}

/** `unfulfilled`: a check or the policy does not hold. `undecided`: everything else that is no yes. */
export type Answer =
  | { readonly kind: 'yes' }
  | { readonly kind: 'unfulfilled' | 'undecided'; readonly reason: string };

/** A token whose signatures have been verified. */
export interface VerifiedToken {
  /** One a block, the authority block first. */
  revocationIds(): readonly string[];
  ask(question: Question): Answer;
}

export interface TokenLibrary {
  /** The token if its signatures verify with the key, or why it is none. */
  verify(token: string, key: PublicKey): VerifiedToken | { readonly problem: string };
}

export interface LoginAttempt {
  readonly user: string;
  readonly keys: readonly PublicKey[];
  readonly token: string;
  readonly now: Date;
}

/** Later than any end that is meant as one. */
const endOfTime = new Date('9999-12-31T23:59:59Z');

const verifyWithAny = (
  { token, keys }: LoginAttempt,
  library: TokenLibrary,
): VerifiedToken | { readonly problem: string } => {
  let problem = 'there is no key';
  for (const key of keys) {
    const verified = library.verify(token, key);
    if ('ask' in verified) return verified;
    problem = verified.problem;
  }
  return { problem };
};

/** 64 bytes in hex; a block's id is its signature, and one of secp256r1 is some 70 bytes of DER. */
const isEd25519Signature = (id: string): boolean => id.length === 128;

/** The times at which the token may hold: now, or where the user's clock may stand. */
const timesAround = (now: Date, leewayMs: number): readonly Date[] =>
  leewayMs === 0 ? [now] : [0, -leewayMs, leewayMs].map((offset) => new Date(now.getTime() + offset));

/**
 * A denial if the token holds for longer than the configuration allows: it is asked at the first moment at
 * which it must not hold any more. The administrator's own checks are left out: they are no end of the token.
 */
const problemOfLength = (
  token: VerifiedToken,
  { user, now }: LoginAttempt,
  { zone, endpoint, requireExpiry, maxLifetimeMs }: BiscuitConfiguration,
): Verdict | undefined => {
  const holdsAt = (time: Date): boolean =>
    token.ask({ user, time, zone, endpoint, checks: [] }).kind !== 'unfulfilled';
  if (requireExpiry && holdsAt(endOfTime)) return denied('it never expires, and require_expiry is set');
  // Times in tokens are whole seconds.
  if (maxLifetimeMs !== undefined && holdsAt(new Date(now.getTime() + maxLifetimeMs + 1000)))
    return denied('it is valid for longer than max_lifetime');
  return undefined;
};

export const authorize = (
  attempt: LoginAttempt,
  configuration: BiscuitConfiguration,
  revoked: ReadonlySet<string>,
  library: TokenLibrary,
): Verdict => {
  const token = verifyWithAny(attempt, library);
  if ('problem' in token) return denied(token.problem);
  const ids = token.revocationIds();
  if (!ids.every(isEd25519Signature))
    return denied(
      'a block is signed with secp256r1, whose signatures are malleable: it could not be revoked',
    );
  if (ids.some((id) => revoked.has(id))) return denied('it is revoked');

  const { user, now } = attempt;
  const { checks, zone, endpoint, clockLeewayMs } = configuration;
  let reason = '';
  for (const time of timesAround(now, clockLeewayMs)) {
    const answer = token.ask({ user, time, zone, endpoint, checks });
    if (answer.kind === 'undecided') return denied(answer.reason);
    if (answer.kind === 'unfulfilled') reason ||= answer.reason;
    else return problemOfLength(token, attempt, configuration) ?? granted;
  }
  return denied(reason);
};
