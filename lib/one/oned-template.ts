/**
 * The language of oned.conf, read as oned reads it: the tokens of its flex scanner (the longest match counts, a
 * character that begins no token is passed over) and the grammar above them.
 *
 * Every attribute keeps where it stands, so that an edit can leave all other characters as they are. A character
 * stands for a byte (latin1): oned knows no encoding.
 *
 * Source: OpenNebula, src/parsers/template_parser.l and template_syntax.y (the same in 6.10 and 7.4).
 */
export interface Value {
  /** What oned takes it for: without quotes, `\"` as `"`. */
  readonly text: string;
  readonly isQuoted: boolean;
  /** Where it stands, without its quotes. */
  readonly from: number;
  readonly to: number;
}

export interface Attribute {
  /** In capitals: oned compares names without case. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** `NAME = VALUE`; of a vector, there is none. */
  readonly single?: Value;
  /** `NAME = [ KEY = VALUE, ... ]`, keys in capitals; of a key that stands twice oned takes the first. */
  readonly vector?: ReadonlyMap<string, Value>;
}

export interface Template {
  readonly attributes: readonly Attribute[];
  /** Why oned does not read this text, with the line. */
  readonly problem?: string;
}

type Kind = 'variable' | 'equal' | 'equal-empty' | 'comma' | '[' | ']' | 'string' | 'cdata' | 'end';
interface Token {
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
  readonly isQuoted?: boolean;
}
type Rule = readonly [Kind | 'passed-over', RegExp];

/** In the order of the scanner: of matches of one length the first counts. */
const rules: readonly Rule[] = [
  ['passed-over', /[ \t]*#[^\n]*\n/y],
  ['passed-over', /[ \t\n]+/y],
  ['variable', /[A-Za-z0-9_]+/y],
  ['equal', /[ \t]*=[ \t]*/y],
  ['equal-empty', /[ \t]*=[ \t]*\n/y],
  ['comma', /[ \t\n]*,[ \t\n]*/y],
  [']', /[ \t\n]*\][ \t\n]*/y],
];
/** Behind `=`; quoted values, which a regular expression would end too early, are matched apart. */
const valueRules: readonly Rule[] = [
  ['[', /[ \t]*\[[ \t\n]*/y],
  ['cdata', /[^\n]*\]\]>[^\n]*/y],
];
const bareRule: readonly Rule[] = [['string', /[^=# \t\n,[\]]+/y]];

const longest = (among: readonly Rule[], text: string, at: number, first?: Token): Token | undefined => {
  let best = first;
  for (const [kind, rule] of among) {
    rule.lastIndex = at;
    const to = rule.test(text) ? rule.lastIndex : at;
    if (to > (best?.to ?? at)) best = { kind: kind as Kind, from: at, to };
  }
  return best;
};

/** A quoted value ends at the first quote without a backslash; where there is none, at the last quote. */
const quotedAt = (text: string, at: number): Token | undefined => {
  if (text[at] !== '"') return undefined;
  let end = text.indexOf('"', at + 1);
  for (let next = end; next >= 0 && text[end - 1] === '\\'; ) {
    next = text.indexOf('"', end + 1);
    if (next >= 0) end = next;
  }
  return end < 0 ? undefined : { kind: 'string', from: at, to: end + 1, isQuoted: true };
};

const valueAt = (text: string, at: number): Token | undefined => {
  const first = longest(valueRules, text, at);
  const quoted = quotedAt(text, at);
  const best = (quoted?.to ?? at) > (first?.to ?? at) ? quoted : first;
  return longest(bareRule, text, at, best);
};

const scan = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  let isValue = false;
  for (let at = 0; at < text.length; ) {
    const token: Token | undefined = isValue ? valueAt(text, at) : longest(rules, text, at);
    at = token?.to ?? at + 1;
    if (token === undefined || (token.kind as string) === 'passed-over') continue;
    tokens.push(token);
    isValue = token.kind === 'equal';
  }
  return [...tokens, { kind: 'end', from: text.length, to: text.length }];
};

const readValue = (text: string, { from, to, isQuoted = false }: Token): Value => {
  const inner = isQuoted ? { from: from + 1, to: to - 1 } : { from, to };
  return { ...inner, isQuoted, text: text.slice(inner.from, inner.to).replaceAll('\\"', '"') };
};

export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

class Unreadable extends Error {}

/** A comment ends with its line: at the very end of a file, without a line end, oned takes it for attributes. */
const describeMisplaced = (text: string, { kind, from, to }: Token): string => {
  const lastLine = text.slice(text.lastIndexOf('\n') + 1);
  if (lastLine.includes('#') && from >= text.length - lastLine.length)
    return 'the comment in the last line needs a line end behind it';
  return `${kind === 'end' ? 'the end of the file' : JSON.stringify(text.slice(from, to).trim())} cannot stand there`;
};

/** Reads one attribute from the token at `at` on; the token behind it. */
const readAttribute = (text: string, tokens: readonly Token[], start: number): [Attribute, number] => {
  let at = start;
  const wanted = (...kinds: readonly Kind[]): Token => {
    const token = tokens[at] as Token;
    if (!kinds.includes(token.kind)) {
      throw new Unreadable(`line ${lineOf(text, token.from)}: ${describeMisplaced(text, token)}`);
    }
    at += 1;
    return token;
  };
  const nameOf = ({ from, to }: Token): string => text.slice(from, to).toUpperCase();
  const first = wanted('variable');
  const [name, from] = [nameOf(first), first.from];
  const equal = wanted('equal', 'equal-empty');
  if (equal.kind === 'equal-empty') {
    const place = equal.from + text.slice(equal.from, equal.to).indexOf('=') + 1;
    return [{ name, from, to: place, single: { text: '', isQuoted: false, from: place, to: place } }, at];
  }
  const opening = wanted('string', '[');
  if (opening.kind === 'string')
    return [{ name, from, to: opening.to, single: readValue(text, opening) }, at];
  const vector = new Map<string, Value>();
  let isMore = tokens[at]?.kind !== ']';
  while (isMore) {
    const key = nameOf(wanted('variable'));
    wanted('equal');
    const value = readValue(text, wanted('string'));
    if (!vector.has(key)) vector.set(key, value);
    isMore = tokens[at]?.kind === 'comma';
    if (isMore) at += 1;
  }
  const closing = wanted(']');
  return [{ name, from, to: text.indexOf(']', closing.from) + 1, vector }, at];
};

export const parseTemplate = (text: string): Template => {
  const attributes: Attribute[] = [];
  const zero = text.indexOf('\0');
  if (zero >= 0) return { attributes, problem: `line ${lineOf(text, zero)}: there is a zero byte` };
  const tokens = scan(text);
  try {
    for (let at = 0; tokens[at]?.kind !== 'end'; ) {
      const [attribute, next] = readAttribute(text, tokens, at);
      attributes.push(attribute);
      at = next;
    }
    return { attributes };
  } catch (thrown) {
    if (!(thrown instanceof Unreadable)) throw thrown;
    return { attributes, problem: thrown.message };
  }
};
