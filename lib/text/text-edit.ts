/** Edits of a text that touch no other character: each names a range and what stands there instead. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** What an edit of a file that belongs to somebody else came to. */
export type EditResult =
  /**
   * @property changes a line each, for people; empty where nothing changes; a line may also say what stays, and why
   * @property kept what was not compared and stays, whether or not anything changes, a line each
   */
  | {
      readonly kind: 'edited';
      readonly text: string;
      readonly changes: readonly string[];
      readonly kept?: readonly string[];
    }
  /** @property detail why the file cannot be edited safely and is left alone, with the line and what to do */
  | { readonly kind: 'refused'; readonly detail: string };

/** The text after the edits, which must not overlap; those at the same place keep their order. */
export const applyEdits = (text: string, edits: readonly Edit[]): string => {
  const inOrder = edits
    .map((edit, order) => ({ ...edit, order }))
    .sort((a, b) => a.from - b.from || a.to - b.to || a.order - b.order);
  let result = '';
  let at = 0;
  for (const { from, to, text: replacement } of inOrder) {
    result += text.slice(at, Math.max(at, from)) + replacement;
    at = Math.max(at, to);
  }
  return result + text.slice(at);
};

/** The first line break, for what is added. */
export const lineBreakOf = (text: string): string => /\r?\n/.exec(text)?.[0] ?? '\n';
