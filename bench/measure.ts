/** Measures things against each other: rounds in which each has its turn, and the median of each. */

/** What a bench found: two amounts measured in one run, and how they compare. */
export interface Finding {
  readonly what: string;
  readonly ours: string;
  readonly comparedWith: string;
  /** How many times the other's amount ours is; `undefined` where only the amount counts. */
  readonly ratio?: number;
  readonly target?: { readonly text: string; readonly met: boolean };
}

export interface Bench {
  readonly name: string;
  /** What is measured and how, for docs/benchmarks.md. */
  readonly method: string;
  /** It takes minutes: it runs when it is named, and not with all. */
  readonly isLong?: true;
  run(): Promise<readonly Finding[]>;
}

export const medianOf = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (lower + upper) / 2;
};

export const timeMs = async (run: () => unknown): Promise<number> => {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
};

/** What is compared is warm programs. */
const warmRounds = 3;

/** Runs all of them a few times unmeasured, then in turn; medians in ms. */
export const measureInTurn = async <Name extends string>(
  rounds: number,
  runs: Readonly<Record<Name, () => unknown>>,
): Promise<Readonly<Record<Name, number>>> => {
  const names = Object.keys(runs) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < warmRounds + rounds; round += 1) {
    for (const name of names) {
      const time = await timeMs(runs[name]);
      if (round >= warmRounds) times.get(name)?.push(time);
    }
  }
  return Object.fromEntries(names.map((name) => [name, medianOf(times.get(name) ?? [])])) as Record<
    Name,
    number
  >;
};

export const atMost = (limit: number, value: number, unit = 'times'): NonNullable<Finding['target']> => ({
  text: `at most ${limit} ${unit}`,
  met: value <= limit,
});

/** For targets of speed: `ratio` is ours by theirs, so a tenth of the time is 10 times as fast. */
export const atLeastTimesFaster = (factor: number, ratio: number): NonNullable<Finding['target']> => ({
  text: `at least ${factor} times faster`,
  met: 1 / ratio >= factor,
});

export const formatMs = (ms: number): string => (ms < 10 ? `${ms.toFixed(2)} ms` : `${ms.toFixed(0)} ms`);
export const formatMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1)} MB`;
