/**
 * ARGUMENTS of a VM_MAD whose executable is one_vmm_exec: its launcher splits them at blanks, and GetoptLong of
 * Ruby reads the words, options behind the hypervisor's name too.
 *
 * Source: OpenNebula, src/vmm_mad/exec/one_vmm_exec(.rb), src/mad/sh/madcommon.sh, parse_actions_list in
 * src/mad/ruby/OpenNebulaDriver.rb (the same in 6.10 and 7.4).
 */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** `-l`, which stands for the last one: an earlier one has no effect. */
export interface LocalOption {
  /** The option with its value; where it is behind other letters (`-pl`), from the l on. */
  readonly option: Span;
  readonly isBehindLetters: boolean;
  readonly value: Span;
}

export interface VmmArguments {
  readonly local?: LocalOption;
  /** Where the hypervisor's name or what ends the options stands: an option before it is read as one. */
  readonly operandsAt: number;
  /** Why the driver would not start with them. */
  readonly problem?: string;
}

type Taking = 'optional' | 'required' | 'none';
const options: readonly (readonly [long: string, short: string, taking: Taking])[] = [
  ['--retries', 'r', 'optional'],
  ['--threads', 't', 'optional'],
  ['--local', 'l', 'required'],
  ['--delegate', 'd', 'required'],
  ['--shell', 's', 'required'],
  ['--parallel', 'p', 'none'],
  ['--timeout', 'w', 'optional'],
];

interface Word extends Span {
  readonly text: string;
}

const splitWords = (text: string): readonly Word[] =>
  [...text.matchAll(/[^ \t\n]+/g)].map(({ 0: word, index }) => ({
    text: word,
    from: index,
    to: index + word.length,
  }));

const looksLikeOption = (word: Word | undefined): boolean => word !== undefined && /^-./.test(word.text);

/** An option of a word, and where the value begins that stands in the word itself. */
interface Found {
  readonly short: string;
  readonly taking: Taking;
  readonly from: number;
  readonly isBehindLetters: boolean;
  readonly valueFrom?: number;
}

const findLong = (word: Word): readonly Found[] | string => {
  const name = word.text.replace(/=.*$/s, '');
  const matching = options.filter(([long]) => long === name);
  const [option, other] = matching.length > 0 ? matching : options.filter(([long]) => long.startsWith(name));
  if (option === undefined || other !== undefined) return `the driver does not know ${name}`;
  const [, short, taking] = option;
  const isValued = name.length < word.text.length;
  if (isValued && taking === 'none') return `${name} takes no value`;
  const place = { short, taking, from: word.from, isBehindLetters: false };
  return [isValued ? { ...place, valueFrom: word.from + name.length + 1 } : place];
};

const findShort = (word: Word): readonly Found[] | string => {
  const found: Found[] = [];
  for (let at = 1; at < word.text.length; at += 1) {
    const option = options.find(([, short]) => short === word.text[at]);
    if (option === undefined) return `the driver does not know -${word.text[at]}`;
    const [, short, taking] = option;
    const place = { short, taking, from: at === 1 ? word.from : word.from + at, isBehindLetters: at > 1 };
    const isValued = taking !== 'none' && at + 1 < word.text.length;
    found.push(isValued ? { ...place, valueFrom: word.from + at + 1 } : place);
    if (isValued) break;
  }
  return found;
};

const findOptions = (word: Word): readonly Found[] | string =>
  word.text.startsWith('--') ? findLong(word) : findShort(word);

/** Whether the option takes the next word for its value; undefined where it must and there is none. */
const takesNext = ({ taking, valueFrom }: Found, next: Word | undefined): boolean | undefined => {
  if (valueFrom !== undefined || taking === 'none') return false;
  if (taking === 'required') return next === undefined ? undefined : true;
  return next !== undefined && !looksLikeOption(next);
};

const localOf = ({ from, isBehindLetters, valueFrom }: Found, word: Word, next?: Word): LocalOption => {
  const value = next ?? { from: valueFrom ?? word.to, to: word.to };
  return { option: { from, to: value.to }, isBehindLetters, value: { from: value.from, to: value.to } };
};

/** What one word that begins with a dash says, given the word behind it. */
interface Reading {
  readonly problem?: string;
  readonly local?: LocalOption;
  readonly isNextTaken?: boolean;
}

const readOptionWord = (word: Word, next: Word | undefined): Reading => {
  const found = findOptions(word);
  if (typeof found === 'string') return { problem: found };
  const missing = found.find((option) => takesNext(option, next) === undefined);
  if (missing !== undefined) return { problem: `-${missing.short} has no value` };
  // Only the last letter of a word can take the next one.
  const isNextTaken = found.some((option) => takesNext(option, next));
  const local = found.findLast(({ short }) => short === 'l');
  if (local === undefined) return { isNextTaken };
  return { isNextTaken, local: localOf(local, word, takesNext(local, next) ? next : undefined) };
};

/** Offsets are those of `text`. */
export const parseVmmArguments = (text: string): VmmArguments => {
  const words = splitWords(text);
  let operandsAt = text.length;
  let operands = 0;
  let local: LocalOption | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as Word;
    const isTerminator = word.text === '--';
    const isOption = !isTerminator && looksLikeOption(word);
    if (!isOption) operandsAt = Math.min(operandsAt, word.from);
    operands += isTerminator ? words.length - at - 1 : isOption ? 0 : 1;
    if (isTerminator) break;
    if (!isOption) continue;
    const reading = readOptionWord(word, words[at + 1]);
    local = reading.local ?? local;
    if (reading.problem !== undefined) return { operandsAt, problem: reading.problem };
    if (reading.isNextTaken === true) at += 1;
  }
  return {
    operandsAt,
    ...(local === undefined ? {} : { local }),
    ...(operands === 0 ? { problem: 'they name no hypervisor' } : {}),
  };
};

/** Action -> script, both as oned starts them; without a script the action's own name is the script. */
export const parseActions = (list: string): ReadonlyMap<string, string> => {
  const actions = new Map<string, string>();
  for (const item of list.split(',')) {
    const [, action, script] = /([^=]+)(?:=(.*))?/s.exec(item.trim()) ?? [];
    if (action === undefined) continue;
    actions.set(action.toLowerCase(), script?.trim() ?? action.toLowerCase());
  }
  return actions;
};
