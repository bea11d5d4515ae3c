/** Tries to learn something; why that failed is a fact like any other. */
import { OneExtError, reasonOf } from '../../../lib/errors/oneext-error.ts';
import { type Attempt, BrokenLink, type Problem } from '../finding.ts';

const codeOf = (thrown: unknown): unknown => {
  if (!(thrown instanceof Error)) return undefined;
  return 'code' in thrown && !(thrown instanceof OneExtError) ? thrown.code : codeOf(thrown.cause);
};

const kinds = new Map<unknown, Problem['kind']>([
  ['EACCES', 'denied'],
  ['EPERM', 'denied'],
  ['ENOENT', 'missing'],
  ['ENOTDIR', 'missing'],
]);

export const problemOf = (thrown: unknown): Problem => {
  const cause = thrown instanceof BrokenLink ? thrown.cause : thrown;
  return {
    problem: reasonOf(cause),
    kind: kinds.get(codeOf(cause)) ?? 'failed',
    hint: cause instanceof OneExtError ? cause.hint : undefined,
  };
};

export const attempt = async <T>(look: () => Promise<T>): Promise<Attempt<T>> => {
  try {
    return { value: await look() };
  } catch (thrown) {
    return problemOf(thrown);
  }
};

/** What `look` gives, or what `late` does if that takes longer. */
export const inTime = async <T>(
  limitMs: number,
  look: () => Promise<T>,
  late: (problem: string) => T,
): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(late(`no end within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([look(), passed]);
  } finally {
    clearTimeout(timer);
  }
};
