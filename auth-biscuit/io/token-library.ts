/** Verifies tokens and asks them, with the token library. Whatever it throws is no yes. */
import { OneExtError } from '../../lib/errors/oneext-error.ts';
import type { Answer, Question, TokenLibrary, VerifiedToken } from '../authorize.ts';
import { authError } from '../errors.ts';
import {
  type Authorizer,
  type Biscuit,
  type Biscuits,
  type Check,
  type Fact,
  loadBiscuit,
  type Policy,
} from './biscuit.ts';

/**
 * The library's own limits, which it keeps before it looks at those that it is given: higher ones would count
 * for nothing. They count work, so that the same token always meets the same answer; the time has no say,
 * because the library's clock stands still (biscuit.ts).
 */
const limits = { max_facts: 1000, max_iterations: 100, max_time_micro: 1_000_000 };

type Value = Readonly<Record<string, unknown>>;
const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Value)[name] : undefined;

/** Why a check failed, without its text: which block it stands in, and whether it is about the time. */
const describeCheck = (check: unknown): string => {
  const block = property(check, 'Block');
  if (block === undefined) return 'a check of biscuit.yaml does not hold';
  const id = Number(property(block, 'block_id'));
  const about = /^check (?:if|all) time\(/.test(String(property(block, 'rule'))) ? ' about the time' : '';
  const where = id === 0 ? 'its authority block' : `its block ${id}`;
  return `a check${about} in ${where} does not hold${about === '' ? '' : ' (expired, or not yet valid)'}`;
};

/** A trap of the engine is an Error. What the library was about is lost then: it must not be used again. */
const failIfTrapped = (thrown: unknown): void => {
  if (thrown instanceof Error && !(thrown instanceof OneExtError))
    throw authError('AUTH_TOKEN_TOO_LARGE', {}, thrown);
};

/** Which of the library's limits a token has met. */
const describeLimit = (limit: unknown): string => {
  if (limit === 'TooManyFacts') return `its Datalog has ${limits.max_facts} facts or more`;
  if (limit === 'TooManyIterations')
    return `the rules of its Datalog need more than ${limits.max_iterations} rounds`;
  if (limit === 'Timeout') return 'the token library has stopped its Datalog for the time that it took';
  return 'its Datalog meets a limit of the token library';
};

/** What the library throws itself are plain objects, in the shape of its Rust enums. */
const describeFailure = (thrown: unknown, user: string): Answer => {
  const logic = property(thrown, 'FailedLogic');
  const unauthorized = property(logic, 'Unauthorized');
  const noPolicy = property(logic, 'NoMatchingPolicy');
  const checks = property(unauthorized ?? noPolicy, 'checks');
  const failed = Array.isArray(checks) ? checks : [];
  if (noPolicy !== undefined)
    return {
      kind: 'unfulfilled',
      reason: `its authority block does not say user(${JSON.stringify(user)})`,
    };
  if (unauthorized !== undefined) return { kind: 'unfulfilled', reason: describeCheck(failed[0]) };
  const limit = property(thrown, 'RunLimit');
  if (limit !== undefined) return { kind: 'undecided', reason: describeLimit(limit) };
  return { kind: 'undecided', reason: 'its Datalog cannot be evaluated' };
};

const makeFact = (biscuits: Biscuits, source: string, value: unknown): Fact => {
  const made = biscuits.Fact.fromString(`${source}({value})`);
  made.set('value', value);
  return made;
};

/** A time as Datalog writes it, in whole seconds. */
const formatTime = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;

const parseChecks = (biscuits: Biscuits, sources: readonly string[]): readonly Check[] =>
  sources.map((source, index) => {
    try {
      return biscuits.Check.fromString(source);
    } catch {
      const problems = `checks[${index}] is no check in Datalog: ${JSON.stringify(source)}`;
      throw authError('AUTH_CONFIG_INVALID', { path: 'biscuit.yaml', count: 1, problems });
    }
  });

/** Stands in Datalog text as it is: nothing of it could end that text. */
const plainName = /^[\w.@-]+$/;

/** A name that is not plain is a parameter; one that is spares the library a millisecond. */
const policyFor = (biscuits: Biscuits, user: string): Policy => {
  if (plainName.test(user)) return biscuits.Policy.fromString(`allow if user("${user}")`);
  const policy = biscuits.Policy.fromString('allow if user({user})');
  policy.set('user', user);
  return policy;
};

/** A policy trusts the authority block and us alone. */
const buildAuthorizer = (
  biscuits: Biscuits,
  token: Biscuit,
  { user, time, zone, endpoint, checks }: Question,
): Authorizer => {
  const builder = new biscuits.AuthorizerBuilder();
  // Literals where the text is ours: parameters take the library a millisecond more.
  const facts = [`time(${formatTime(time)})`, 'operation("login")', 'resource("opennebula")'];
  for (const text of facts) builder.addFact(biscuits.Fact.fromString(text));
  if (zone !== undefined) builder.addFact(makeFact(biscuits, 'zone', zone));
  if (endpoint !== undefined) builder.addFact(makeFact(biscuits, 'endpoint', endpoint));
  for (const check of parseChecks(biscuits, checks)) builder.addCheck(check);
  builder.addPolicy(policyFor(biscuits, user));
  return builder.buildAuthenticated(token);
};

const ask = (biscuits: Biscuits, token: Biscuit, question: Question): Answer => {
  try {
    // The index of the policy that allows; there is one.
    const index: unknown = buildAuthorizer(biscuits, token, question).authorizeWithLimits(limits);
    return index === 0 ? { kind: 'yes' } : { kind: 'undecided', reason: 'no policy allows it' };
  } catch (thrown) {
    if (thrown instanceof OneExtError) throw thrown;
    failIfTrapped(thrown);
    return describeFailure(thrown, question.user);
  }
};

const describeInvalid = (thrown: unknown): string =>
  property(property(thrown, 'Format'), 'Signature') === undefined
    ? 'it is not a Biscuit token in base64url'
    : 'its signature does not verify with the public key of the user';

const asVerifiedToken = (biscuits: Biscuits, token: Biscuit): VerifiedToken => ({
  revocationIds: () => token.getRevocationIdentifiers().map(String),
  ask: (question) => ask(biscuits, token, question),
});

/** Loads the library; fails with AUTH_LIBRARY_UNUSABLE. */
export const loadTokenLibrary = (wasmFile: string): TokenLibrary => {
  const biscuits = loadBiscuit(wasmFile);
  const { Biscuit, PublicKey, SignatureAlgorithm } = biscuits;
  return {
    verify: (token, key) => {
      try {
        const publicKey = PublicKey.fromString(key, SignatureAlgorithm.Ed25519);
        const verified = Biscuit.fromBase64(token, publicKey);
        const written = verified.toBase64();
        // Another encoding may hold more than the library has read, such as a second signature.
        if (token !== written && token !== written.replace(/=+$/, ''))
          return { problem: 'it is not encoded as Biscuit libraries write it' };
        return asVerifiedToken(biscuits, verified);
      } catch (thrown) {
        failIfTrapped(thrown);
        return { problem: describeInvalid(thrown) };
      }
    },
  };
};
