/** What is to be done with a file, put together from parts; and lists with commas inside of it. */
import type { Edit } from '../lib/text/text-edit.ts';

/** What is to be done with a file, what people are told about it, and what stands in the way. */
export interface EditPlan {
  readonly edits: readonly Edit[];
  readonly changes: readonly string[];
  readonly problems: readonly string[];
}

export const nothing: EditPlan = { edits: [], changes: [], problems: [] };

export const joinPlans = (plans: readonly EditPlan[]): EditPlan => ({
  edits: plans.flatMap(({ edits }) => edits),
  changes: plans.flatMap(({ changes }) => changes),
  problems: plans.flatMap(({ problems }) => problems),
});

export const problem = (text: string): EditPlan => ({ ...nothing, problems: [text] });

/** Before the line break of the line of `offset`, or at the end of the text. */
export const lineEnd = (text: string, offset: number): number => {
  const end = text.indexOf('\n', offset);
  const line = text.slice(offset, end < 0 ? text.length : end);
  return offset + line.replace(/\r+$/, '').length;
};

const itemsOf = (
  list: string,
  offset: number,
): readonly { readonly text: string; readonly from: number; readonly to: number }[] => {
  let at = offset;
  return list.split(',').map((text) => {
    const from = at;
    at += text.length + 1;
    return { text, from, to: from + text.length };
  });
};

/** Takes the items away that are named, each with one comma. `offset` is where the list begins in the text. */
export const removeItems = (
  list: string,
  offset: number,
  isRemoved: (item: string) => boolean,
): readonly Edit[] => {
  const items = itemsOf(list, offset);
  const firstKept = items.findIndex(({ text }) => !isRemoved(text));
  return items.flatMap(({ text, from, to }, index) => {
    if (!isRemoved(text)) return [];
    // Blanks behind the last item are not part of it.
    const end = from + text.trimEnd().length;
    return [index < firstKept ? { from, to: to + 1, text: '' } : { from: from - 1, to: end, text: '' }];
  });
};
