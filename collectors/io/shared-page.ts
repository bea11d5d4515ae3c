/**
 * One page for all readers of a moment: it is made once, and held once, however many ask for it.
 *
 * A page that was made in less time than a reader has, and is not complete for that reason, is not good enough for
 * that reader. A page of which a part failed is not kept.
 */
import type { ExpositionFormat } from '../../lib/prometheus/exposition.ts';

export interface Page {
  /** In pieces, in order. */
  readonly body: readonly Buffer[];
  /** Whether every collector came to its end in time. */
  readonly isComplete: boolean;
  /** Whether every collector succeeded. */
  readonly isSound: boolean;
}
export type MakePage = (format: ExpositionFormat, budgetMs: number) => Promise<Page>;

interface Making {
  readonly page: Promise<Page>;
  /** When its budget ends. */
  readonly until: number;
}
interface Made {
  readonly page: Page;
  readonly at: number;
}

const momentMs = 500;

export const createSharedPage = (
  make: MakePage,
  now: () => number,
): ((format: ExpositionFormat, budgetMs: number) => Promise<Page['body']>) => {
  const making = new Map<ExpositionFormat, Making>();
  const made = new Map<ExpositionFormat, Made>();

  const makeAnew = async (format: ExpositionFormat, budgetMs: number): Promise<Page> => {
    const page = make(format, budgetMs);
    const entry = { page, until: now() + budgetMs };
    making.set(format, entry);
    try {
      const result = await page;
      if (result.isComplete && result.isSound) made.set(format, { page: result, at: now() });
      return result;
    } finally {
      if (making.get(format) === entry) making.delete(format);
    }
  };

  return async (format, budgetMs) => {
    const until = now() + budgetMs;
    for (;;) {
      const last = made.get(format);
      if (last !== undefined && now() - last.at < momentMs) return last.page.body;
      made.delete(format);
      const current = making.get(format);
      if (current === undefined || current.until > until) break;
      const page = await current.page.catch(() => undefined);
      if (page !== undefined && (page.isComplete || now() >= until)) return page.body;
    }
    return (await makeAnew(format, Math.max(0, until - now()))).body;
  };
};
