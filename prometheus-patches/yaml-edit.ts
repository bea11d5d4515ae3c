/**
 * Edits of a YAML text that touch no other byte.
 * The ranges come from the package yaml, which keeps where each node stands.
 *
 * Not every odd form is handled; the caller reads the result and compares it with what was to be.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { type Edit, lineBreakOf } from '../lib/text/text-edit.ts';
import { formatBlockPair, formatFlow, formatFlowPair, formatItem, type YamlValue } from './yaml-format.ts';

const startOf = (node: Node): number => node.range?.[0] ?? 0;

const isBlockCollection = (node: unknown): node is YAMLMap | YAMLSeq =>
  (isMap(node) || isSeq(node)) && node.flow !== true && node.items.length > 0;

/** Offset of the dash of an item of a block sequence. */
const dashOf = (seq: YAMLSeq, index: number): number => {
  const token = seq.srcToken?.type === 'block-seq' ? seq.srcToken.items[index] : undefined;
  const dash = token?.start.find(({ type }) => type === 'seq-item-ind');
  return dash?.offset ?? startOf(seq);
};

const endOfPair = ({ key, value }: Pair): number => {
  const keyEnd = (key as Node | null)?.range?.[1] ?? 0;
  return value === null || value === undefined ? keyEnd : Math.max(keyEnd, endOf(value as Node));
};

/** Where what a node says ends; comments and empty lines behind it do not count. */
const endOf = (node: Node): number => {
  if (!isBlockCollection(node)) return node.range?.[1] ?? 0;
  if (isMap(node)) return endOfPair(node.items.at(-1) as Pair);
  const last = node.items.length - 1;
  return Math.max(dashOf(node, last) + 1, endOf(node.items[last] as Node));
};

const columnOf = (text: string, offset: number): number => {
  const lineStart = Math.max(text.lastIndexOf('\n', offset - 1) + 1, text.startsWith('\ufeff') ? 1 : 0);
  return offset - lineStart;
};

/** The end of the line on which `offset` stands, its line end included. */
const lineEnd = (text: string, offset: number): number => {
  if (offset > 0 && text[offset - 1] === '\n') return offset; // the end of a block scalar
  const at = text.indexOf('\n', offset);
  return at < 0 ? text.length : at + 1;
};

/** Whole lines that come to stand behind the line of `offset`; the text must end with a line break. */
const insertLines = (text: string, offset: number, column: number, lines: readonly string[]): Edit => {
  const at = lineEnd(text, offset);
  const body = lines.map((line) => `${' '.repeat(column)}${line}${lineBreakOf(text)}`).join('');
  return { from: at, to: at, text: body };
};

const pairOf = (map: YAMLMap, key: string): Pair<Node, Node | null> | undefined =>
  map.items.find((pair) => isScalar(pair.key) && pair.key.value === key) as
    | Pair<Node, Node | null>
    | undefined;

export const valueAt = (map: YAMLMap, key: string): Node | undefined => pairOf(map, key)?.value ?? undefined;

type Entry = readonly [key: string, value: YamlValue];

/** Adds pairs behind the last one. */
export const addPairs = (text: string, map: YAMLMap, entries: readonly Entry[]): readonly Edit[] => {
  if (entries.length === 0) return [];
  const last = map.items.at(-1);
  if (map.flow === true || last === undefined) {
    const at = last === undefined ? startOf(map) + 1 : endOfPair(last);
    const pairs = entries.map(([key, value]) => formatFlowPair(key, value)).join(', ');
    return [{ from: at, to: at, text: `${last === undefined ? '' : ', '}${pairs}` }];
  }
  const column = columnOf(text, startOf(map.items[0]?.key as Node));
  const lines = entries.flatMap(([key, value]) => formatBlockPair(key, value));
  return [insertLines(text, endOfPair(last), column, lines)];
};

/** Puts a value in the place of one that is empty, null, an alias or a flow list without items. */
const replaceEmpty = (
  text: string,
  map: YAMLMap,
  pair: Pair<Node, Node | null>,
  value: YamlValue,
): readonly Edit[] => {
  const { key, value: node } = pair;
  const from = node === null ? (key.range?.[1] ?? 0) : startOf(node);
  const to = node === null ? from : endOf(node);
  const source = text.slice(from, to);
  if (map.flow === true || /[\r\n]/.test(source) || isAlias(node)) {
    return [{ from, to, text: `${source === '' ? ' ' : ''}${formatFlow(value)}` }];
  }
  const name = isScalar(key) ? String(key.value) : '';
  const [, ...lines] = formatBlockPair(name, value);
  const blanks = /[ \t]*$/.exec(text.slice(0, from))?.[0].length ?? 0;
  if (lines.length === 0) {
    // Where nothing stands, right behind the colon: a comment may follow.
    return source === ''
      ? [{ from: from - blanks, to: from - blanks, text: ` ${formatFlow(value)}` }]
      : [{ from, to, text: formatFlow(value) }];
  }
  const spaces = source === '' ? 0 : blanks;
  return [{ from: from - spaces, to, text: '' }, insertLines(text, to, columnOf(text, startOf(key)), lines)];
};

/** Sets a key that stands in the mapping but whose value holds nothing yet. */
export const setEmptyKey = (text: string, map: YAMLMap, key: string, value: YamlValue): readonly Edit[] => {
  const pair = pairOf(map, key);
  return pair === undefined ? [] : replaceEmpty(text, map, pair, value);
};

export const hasKey = (map: YAMLMap, key: string): boolean => pairOf(map, key) !== undefined;

/** Adds items behind the last one of a list that has items. */
export const addItems = (text: string, seq: YAMLSeq, values: readonly YamlValue[]): readonly Edit[] => {
  if (values.length === 0) return [];
  if (seq.flow === true) {
    const at = endOf(seq.items.at(-1) as Node);
    return [{ from: at, to: at, text: values.map((value) => `, ${formatFlow(value)}`).join('') }];
  }
  return [insertLines(text, endOf(seq), columnOf(text, dashOf(seq, 0)), values.flatMap(formatItem))];
};

/** The text of an item, for lists that are written anew. */
const sourceOf = (text: string, node: unknown): string =>
  text.slice(startOf(node as Node), endOf(node as Node));

/** Removes the items that are not kept, and adds others behind those that are. */
export const changeItems = (
  text: string,
  seq: YAMLSeq,
  isKept: (index: number) => boolean,
  added: readonly YamlValue[],
): readonly Edit[] => {
  const indexes = seq.items.map((_, index) => index);
  if (seq.flow === true) {
    const kept = indexes.filter(isKept).map((index) => sourceOf(text, seq.items[index]));
    const items = [...kept, ...added.map(formatFlow)];
    return [{ from: startOf(seq), to: endOf(seq), text: `[${items.join(', ')}]` }];
  }
  const column = columnOf(text, dashOf(seq, 0));
  const itemEnd = (index: number): number =>
    Math.max(dashOf(seq, index) + 1, endOf(seq.items[index] as Node));
  const removals = indexes
    .filter((index) => !isKept(index))
    .map((index) => ({ from: dashOf(seq, index) - column, to: lineEnd(text, itemEnd(index)), text: '' }));
  // The new ones stand behind the last that is kept, or where the first was.
  const anchor = indexes.findLast(isKept);
  const insertion = insertLines(
    text,
    itemEnd(anchor ?? indexes.length - 1),
    column,
    added.flatMap(formatItem),
  );
  return added.length === 0 ? removals : [...removals, insertion];
};

/** Removes the items that are not kept, of which there must be one; what stands around them stays. */
export const removeItems = (
  text: string,
  seq: YAMLSeq,
  isKept: (index: number) => boolean,
): readonly Edit[] => {
  if (seq.flow !== true) return changeItems(text, seq, isKept, []);
  const nodes = seq.items as Node[];
  const firstKept = nodes.findIndex((_, index) => isKept(index));
  return nodes.flatMap((node, index) => {
    const [last, next] = [nodes[index - 1], nodes[index + 1]];
    if (isKept(index)) return [];
    if (index < firstKept && next !== undefined)
      return [{ from: startOf(node), to: startOf(next), text: '' }];
    return last === undefined ? [] : [{ from: endOf(last), to: endOf(node), text: '' }];
  });
};

/** Puts a pair with another key and value in the place of one. */
export const replacePair = (
  text: string,
  map: YAMLMap,
  oldKey: string,
  key: string,
  value: YamlValue,
): readonly Edit[] => {
  const pair = pairOf(map, oldKey);
  if (pair === undefined) return [];
  const from = startOf(pair.key);
  const end = endOfPair(pair);
  if (map.flow === true) return [{ from, to: end, text: formatFlowPair(key, value) }];
  const lineBreak = lineBreakOf(text);
  const indent = ' '.repeat(columnOf(text, from));
  const lines = formatBlockPair(key, value).join(lineBreak + indent);
  const trailing = text.slice(0, end).endsWith('\n') ? lineBreak : '';
  return [{ from, to: end, text: lines + trailing }];
};
