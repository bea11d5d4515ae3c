/**
 * What front-ends of a zone tell each other of their accounts: the files of the sums as they stand, and the names,
 * sizes and checksums of the days.
 *
 * Both sides prove that they know the same secret, which is not sent: the one that asks signs its question, and the one
 * that answers signs its answer to that question.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { isMapping, parseMapping } from '../../lib/mapping.ts';

export interface CopiedDay {
  /** `2026-11-28.tsv`, or `.tsv.gz` */
  readonly name: string;
  readonly size: number;
  /** SHA-256 of the file. */
  readonly digest: string;
}

/** How far accounts have come: those of a later term are newer, whatever the clocks of the servers say. */
export interface Progressed {
  /** The election after which they were counted last. */
  readonly term: number;
  /** When they were, in milliseconds since 1970; 0 before the first step. */
  readonly at: number;
}

/** What stands in the folder of the accounts. */
export interface FolderCopy extends Progressed {
  /** By the name of the file. */
  readonly sums: Readonly<Record<string, string>>;
  readonly days: readonly CopiedDay[];
}

export interface AccountsCopy extends FolderCopy {
  /** Which part of the hosts is counted, as `--shard` has it. */
  readonly shard: string;
}

const version = 1;
export const signatureHeader = 'x-oneext-signature';
/** Clocks of front-ends differ; what was overheard is of no use for longer. */
const longestAgeMs = 300_000;

export const isNewer = (one: Progressed, other: Progressed): boolean =>
  one.term === other.term ? one.at > other.at : one.term > other.term;

const hasForm = (value: unknown, form: RegExp): value is string =>
  typeof value === 'string' && form.test(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** Names lead nowhere else than into the folder. */
export const ledgerDayForm = /^\d{4}-\d\d-\d\d\.tsv(?:\.gz)?$/;
const sumsForm = /^[a-z][a-z0-9-]*\.(?:tsv|json)$/;
const shardForm = /^\d{1,4}\/\d{1,4}$/;
const wholeShard = '1/1';
const digestForm = /^[0-9a-f]{64}$/;

export const formatCopy = ({ term, at, shard, sums, days }: AccountsCopy): string =>
  JSON.stringify({ version, term, at, shard, sums, days });

/** `undefined` for what `formatCopy` has not written. */
export const parseCopy = (text: string): AccountsCopy | undefined => {
  const document = parseMapping(text);
  if (document === undefined || document['version'] !== version) return undefined;
  // Those that tell no part are of exporters that knew of none.
  const { term, at, shard = wholeShard, sums, days } = document;
  if (!isCount(term) || !isCount(at) || !isMapping(sums) || !Array.isArray(days)) return undefined;
  if (!hasForm(shard, shardForm)) return undefined;
  const texts: Record<string, string> = {};
  for (const [name, content] of Object.entries(sums)) {
    if (!hasForm(name, sumsForm) || typeof content !== 'string') return undefined;
    texts[name] = content;
  }
  const known: CopiedDay[] = [];
  for (const day of days) {
    const { name, size, digest } = isMapping(day) ? day : {};
    if (!hasForm(name, ledgerDayForm) || !isCount(size) || !hasForm(digest, digestForm)) return undefined;
    known.push({ name, size, digest });
  }
  return { term, at, shard, sums: texts, days: known };
};

/** @param credentials those of OpenNebula, which the front-ends of a zone share */
export const createSigner = (credentials: string) => {
  const key = createHmac('sha256', credentials).update('opennebula-extensions: copies of accounts').digest();
  const sign = (...parts: readonly string[]): string =>
    createHmac('sha256', key).update(parts.join('\n')).digest('hex');
  const isEqual = (one: string, other: string): boolean => {
    const [given, right] = [Buffer.from(one), Buffer.from(other)];
    return given.length === right.length && timingSafeEqual(given, right);
  };
  return {
    /** Of a question; its path with the query. The nonce is never the same again. */
    signQuestion: (path: string, at: number, nonce: string): string =>
      `${at} ${nonce} ${sign('question', path, String(at), nonce)}`,
    /** The signature of a question that may be answered, in which it differs from all others. */
    judgeQuestion(path: string, header: string, now: number): string | undefined {
      const [, at = '', nonce = '', signature = ''] =
        /^(\d{1,15}) ([0-9a-f]{32}) ([0-9a-f]{64})$/.exec(header) ?? [];
      const isFresh = Math.abs(now - Number(at)) <= longestAgeMs;
      const isRight = isEqual(signature, sign('question', path, at, nonce));
      return isFresh && isRight ? header : undefined;
    },
    /** An answer to the question that was signed so. */
    sealAnswer: (question: string, body: string): string => `${sign('answer', question, body)}\n${body}`,
    openAnswer(question: string, sealed: string): string | undefined {
      const end = sealed.indexOf('\n');
      const body = sealed.slice(end + 1);
      return end > 0 && isEqual(sealed.slice(0, end), sign('answer', question, body)) ? body : undefined;
    },
  };
};
export type Signer = ReturnType<typeof createSigner>;

export interface CopyPlan {
  /** Of the days that differ, or are not there. */
  readonly fetch: readonly CopiedDay[];
  /** Days here that the other does not have so: they give way. */
  readonly giveWay: readonly CopiedDay[];
}

export const planCopy = (own: readonly CopiedDay[], theirs: readonly CopiedDay[]): CopyPlan => {
  const keyOf = ({ name, size, digest }: CopiedDay): string => `${name} ${size} ${digest}`;
  const [here, there] = [new Set(own.map(keyOf)), new Set(theirs.map(keyOf))];
  return {
    fetch: theirs.filter((day) => !here.has(keyOf(day))),
    giveWay: own.filter((day) => !there.has(keyOf(day))),
  };
};
