/** What a key does: the view after it, and what is to be done besides. Pure. */
import type { Key } from './keys.ts';
import { type Selection, type SortKey, sortKeys } from './selection.ts';

export type FilterName = 'owners' | 'hosts' | 'name';

/** A line that is being typed. */
export interface Prompt {
  readonly filter: FilterName;
  /** By character, so that the cursor stands between two. */
  readonly characters: readonly string[];
  readonly cursor: number;
}

export interface View {
  readonly selection: Selection;
  /** The first row of the table that is shown. */
  readonly offset: number;
  readonly prompt: Prompt | undefined;
  readonly isHelp: boolean;
}

export type Action = 'quit' | 'refresh' | 'suspend' | 'redraw';

export interface TableSize {
  readonly rows: number;
  /** Rows that are shown at once. */
  readonly page: number;
}

export interface Step {
  readonly view: View;
  readonly action?: Action;
}

const longestInput = 200;

const directSorts: Readonly<Record<string, SortKey>> = {
  P: 'watts',
  E: 'energy',
  C: 'cost',
  N: 'name',
  O: 'owner',
  H: 'host',
  I: 'id',
};
const prompts: Readonly<Record<string, FilterName>> = { o: 'owners', h: 'hosts', '/': 'name' };

const selectionText = (selection: Selection, filter: FilterName): string =>
  filter === 'name' ? selection.name : selection[filter].join(',');

const withInput = (selection: Selection, filter: FilterName, text: string): Selection =>
  filter === 'name'
    ? { ...selection, name: text.trim() }
    : {
        ...selection,
        [filter]: text
          .split(',')
          .map((one) => one.trim())
          .filter((one) => one !== ''),
      };

/** The offset at which the table is neither before its beginning nor after its end. */
export const clampOffset = (offset: number, { rows, page }: TableSize): number =>
  Math.max(0, Math.min(offset, rows - page));

const editPrompt = (prompt: Prompt, key: Key): Prompt => {
  const { characters, cursor } = prompt;
  switch (key.name) {
    case 'character':
      return characters.length >= longestInput
        ? prompt
        : { ...prompt, characters: characters.toSpliced(cursor, 0, key.character), cursor: cursor + 1 };
    case 'backspace':
      return cursor === 0
        ? prompt
        : { ...prompt, characters: characters.toSpliced(cursor - 1, 1), cursor: cursor - 1 };
    case 'delete':
      return { ...prompt, characters: characters.toSpliced(cursor, 1) };
    case 'ctrl-u':
      return { ...prompt, characters: characters.slice(cursor), cursor: 0 };
    case 'left':
      return { ...prompt, cursor: Math.max(0, cursor - 1) };
    case 'right':
      return { ...prompt, cursor: Math.min(characters.length, cursor + 1) };
    case 'home':
    case 'ctrl-a':
      return { ...prompt, cursor: 0 };
    case 'end':
    case 'ctrl-e':
      return { ...prompt, cursor: characters.length };
    default:
      return prompt;
  }
};

const stepPrompt = (view: View, prompt: Prompt, key: Key): Step => {
  if (key.name === 'escape') return { view: { ...view, prompt: undefined } };
  if (key.name !== 'enter') return { view: { ...view, prompt: editPrompt(prompt, key) } };
  const selection = withInput(view.selection, prompt.filter, prompt.characters.join(''));
  return { view: { ...view, selection, prompt: undefined, offset: 0 } };
};

const sortBy = (view: View, sort: SortKey): Step => ({
  view: { ...view, selection: { ...view.selection, sort }, offset: 0 },
});

const stepCharacter = (view: View, character: string): Step => {
  const { selection } = view;
  const sort = directSorts[character];
  if (sort !== undefined) return sortBy(view, sort);
  const filter = prompts[character];
  if (filter !== undefined) {
    const characters = [...selectionText(selection, filter)];
    return { view: { ...view, prompt: { filter, characters, cursor: characters.length } } };
  }
  switch (character) {
    case 'q':
      return { view, action: 'quit' };
    case 's':
      return sortBy(view, sortKeys[(sortKeys.indexOf(selection.sort) + 1) % sortKeys.length] ?? 'watts');
    case 'v': {
      const list = selection.list === 'vms' ? 'hosts' : 'vms';
      return { view: { ...view, selection: { ...selection, list }, offset: 0 } };
    }
    case 'r':
      return { view: { ...view, selection: { ...selection, isReversed: !selection.isReversed }, offset: 0 } };
    case 'c':
      return { view: { ...view, selection: { ...selection, owners: [], hosts: [], name: '' }, offset: 0 } };
    case ' ':
      return { view, action: 'refresh' };
    case '?':
      return { view: { ...view, isHelp: true } };
    default:
      return { view };
  }
};

const scrolls: Readonly<Record<string, (offset: number, size: TableSize) => number>> = {
  up: (offset) => offset - 1,
  down: (offset) => offset + 1,
  'page-up': (offset, { page }) => offset - page,
  'page-down': (offset, { page }) => offset + page,
  home: () => 0,
  end: (_, { rows }) => rows,
};

export const stepView = (view: View, key: Key, size: TableSize): Step => {
  if (key.name === 'ctrl-c') return { view, action: 'quit' };
  if (key.name === 'ctrl-z') return { view, action: 'suspend' };
  if (key.name === 'ctrl-l') return { view, action: 'redraw' };
  if (view.prompt !== undefined) return stepPrompt(view, view.prompt, key);
  if (view.isHelp) return { view: { ...view, isHelp: false } };
  if (key.name === 'character') return stepCharacter(view, key.character);
  const scroll = scrolls[key.name];
  return {
    view: scroll === undefined ? view : { ...view, offset: clampOffset(scroll(view.offset, size), size) },
  };
};
