/**
 * Requirements of a VM on its host, as the scheduler reads them: SCHED_REQUIREMENTS, AUTOMATIC_REQUIREMENTS.
 *
 * Source: OpenNebula, src/parsers/expr_bool.l and expr_bool.y (6.10 to 7.4).
 */
/** The first value of an attribute of the host; `undefined` where it has none, null where that is not known here. */
export type AttributeOf = (name: string) => string | undefined | null;

/** `undefined`: it cannot be judged here. */
type Judgement = boolean | undefined;

const tokenPattern =
  /\s*(?:([()&|!=<>@])|"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?)(?![\w.])|([A-Za-z][A-Za-z0-9_]*))/y;

interface Token {
  readonly kind: 'sign' | 'text' | 'number' | 'name';
  readonly text: string;
}

const tokensOf = (expression: string): readonly Token[] | undefined => {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (expression.slice(tokenPattern.lastIndex).trim() !== '') {
    const match = tokenPattern.exec(expression);
    if (match === null) return undefined;
    const [, sign, quoted, number, name] = match;
    if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replaceAll('\\"', '"') });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else tokens.push({ kind: 'name', text: name ?? '' });
  }
  return tokens;
};

/** As fnmatch(3) does it without flags. */
const globPattern = (glob: string): RegExp =>
  new RegExp(
    `^${glob.replaceAll(/[\\^$.*+?()[\]{}|]/g, (one) => ({ '*': '.*', '?': '.' })[one] ?? `\\${one}`)}$`,
    's',
  );

/** As a stream of C++ reads it: the number that a text begins with; for an integer, up to the point alone. */
const numberIn = (found: string, wanted: Token): number | undefined => {
  const pattern = wanted.text.includes('.') ? /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/i : /^\s*[+-]?\d+/;
  const number = pattern.exec(found)?.[0];
  return number === undefined ? undefined : Number(number);
};

const isEqual = (found: string | undefined, wanted: Token): Judgement => {
  if (found === undefined) return false;
  if (wanted.kind === 'number') return numberIn(found, wanted) === Number(wanted.text);
  // A set of characters in brackets is rare enough to be left to a person.
  return wanted.text.includes('[') ? undefined : globPattern(wanted.text).test(found);
};

const compare = (attribute: string, sign: string, wanted: Token, of: AttributeOf): Judgement => {
  if (attribute.includes('/')) return undefined; // an XPath
  const found = of(attribute);
  if (found === null) return undefined;
  if (sign === '=') return isEqual(found, wanted);
  if (sign === '!=') {
    const equal = found === undefined ? undefined : isEqual(found, wanted);
    return equal === undefined ? undefined : !equal;
  }
  if (wanted.kind !== 'number') return undefined;
  const value = numberIn(found ?? '', wanted);
  if (value === undefined) return false; // what is missing, or is no number, meets no comparison
  return sign === '>' ? value > Number(wanted.text) : value < Number(wanted.text);
};

const and = (a: Judgement, b: Judgement): Judgement => {
  if (a === false || b === false) return false;
  return a === undefined || b === undefined ? undefined : true;
};
const or = (a: Judgement, b: Judgement): Judgement => {
  if (a === true || b === true) return true;
  return a === undefined || b === undefined ? undefined : false;
};

class Unreadable extends Error {}

/** Whether a host meets the expression; `undefined` where only the scheduler itself can tell. '' asks for nothing. */
export const meetsRequirements = (expression: string, of: AttributeOf): Judgement => {
  const tokens = tokensOf(expression);
  if (tokens === undefined) return undefined;
  let at = 0;
  const isSign = (text: string): boolean => tokens[at]?.kind === 'sign' && tokens[at]?.text === text;
  const take = (): Token => {
    const token = tokens[at];
    if (token === undefined) throw new Unreadable();
    at += 1;
    return token;
  };
  const readComparison = (): Judgement => {
    const attribute = take();
    const first = take();
    const sign = first.text === '!' && isSign('=') ? `!${take().text}` : first.text;
    if (attribute.kind === 'sign' || first.kind !== 'sign') throw new Unreadable();
    const wanted = take();
    if (wanted.kind === 'sign') throw new Unreadable();
    return ['=', '!=', '<', '>'].includes(sign) ? compare(attribute.text, sign, wanted, of) : undefined;
  };
  const readTerm = (): Judgement => {
    if (isSign('!')) {
      at += 1;
      const inner = readTerm();
      return inner === undefined ? undefined : !inner;
    }
    if (!isSign('(')) return readComparison();
    at += 1;
    const inner = readExpression();
    if (!isSign(')')) throw new Unreadable();
    at += 1;
    return inner;
  };
  const readExpression = (): Judgement => {
    let result = readTerm();
    const signs = new Set<string>();
    while (isSign('&') || isSign('|')) {
      const sign = take().text;
      signs.add(sign);
      const next = readTerm();
      result = sign === '&' ? and(result, next) : or(result, next);
    }
    return signs.size > 1 ? undefined : result; // which binds closer is not for us to say
  };
  try {
    if (tokens.length === 0) return true;
    const result = readExpression();
    return at === tokens.length ? result : undefined;
  } catch (thrown) {
    if (thrown instanceof Unreadable) return undefined;
    throw thrown;
  }
};
