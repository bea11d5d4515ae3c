/**
 * Bytes of a terminal as keys.
 *
 * Sequences are those of xterm, which all terminals of today send for these keys:
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 *
 * node:readline takes the rest of a sequence that it does not know for characters, and here characters are
 * commands: docs/adr/0017-read-keys-ourselves.md
 */

export type NamedKey =
  | 'enter'
  | 'escape'
  | 'backspace'
  | 'delete'
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'page-up'
  | 'page-down'
  | 'ctrl-a'
  | 'ctrl-c'
  | 'ctrl-e'
  | 'ctrl-l'
  | 'ctrl-u'
  | 'ctrl-z';

/** A key with a name, or a character that can be shown. */
export type Key = { readonly name: NamedKey } | { readonly name: 'character'; readonly character: string };

const controls: ReadonlyMap<string, NamedKey> = new Map([
  ['\r', 'enter'],
  ['\n', 'enter'],
  ['\x7f', 'backspace'],
  ['\b', 'backspace'],
  ['\x01', 'ctrl-a'],
  ['\x03', 'ctrl-c'],
  ['\x05', 'ctrl-e'],
  ['\x0c', 'ctrl-l'],
  ['\x15', 'ctrl-u'],
  ['\x1a', 'ctrl-z'],
]);

/** What follows ESC [ or ESC O. */
const sequences: ReadonlyMap<string, NamedKey> = new Map([
  ['A', 'up'],
  ['B', 'down'],
  ['C', 'right'],
  ['D', 'left'],
  ['H', 'home'],
  ['F', 'end'],
  ['1~', 'home'],
  ['3~', 'delete'],
  ['4~', 'end'],
  ['5~', 'page-up'],
  ['6~', 'page-down'],
  ['7~', 'home'],
  ['8~', 'end'],
]);

const wholeSequence = /^\x1b(?:O|\[)([\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e])/;
/** The beginning of a sequence whose rest may be under way. */
const begunSequence = /^\x1b(?:(?:O|\[)[\x20-\x3f]{0,30})?$/;

export interface KeyReader {
  push(bytes: Uint8Array): readonly Key[];
  /** Whether an ESC came that may be a key of its own, or the beginning of more. */
  isWaiting(): boolean;
  /** Nothing more has come: it was a key of its own. */
  flush(): readonly Key[];
}

const takeKey = (text: string): { readonly key: Key | undefined; readonly length: number } => {
  const sequence = wholeSequence.exec(text);
  if (sequence !== null) {
    const name = sequences.get(sequence[1] ?? '');
    return { key: name === undefined ? undefined : { name }, length: sequence[0].length };
  }
  const character = String.fromCodePoint(text.codePointAt(0) ?? 0);
  if (character === '\x1b') return { key: { name: 'escape' }, length: 1 };
  const name = controls.get(character);
  if (name !== undefined) return { key: { name }, length: character.length };
  const isShown = !/^\p{C}$/u.test(character);
  return { key: isShown ? { name: 'character', character } : undefined, length: character.length };
};

/** Sequences and characters may come in pieces. */
export const createKeyReader = (): KeyReader => {
  const decoder = new TextDecoder();
  let text = '';

  const take = (waits: boolean): readonly Key[] => {
    const keys: Key[] = [];
    while (text !== '' && !(waits && begunSequence.test(text))) {
      const { key, length } = takeKey(text);
      if (key !== undefined) keys.push(key);
      text = text.slice(length);
    }
    return keys;
  };

  return {
    push(bytes) {
      text += decoder.decode(bytes, { stream: true });
      return take(true);
    },
    isWaiting: () => text !== '',
    flush: () => take(false),
  };
};
