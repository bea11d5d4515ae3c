/**
 * State that outlives the exporter: what is shown has been written durably before, so that no counter falls after
 * a crash.
 *
 * Where there is no folder for state, it is kept in memory and begins anew with each start.
 */
import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { isMissing } from '../../lib/errors/system-error.ts';
import { removeTemporaries, writeDurable } from '../../lib/io/write-atomic.ts';
import type { Log } from '../../lib/log/log.ts';
import type { Source } from './source.ts';

/** What is kept, as pure code defines it. */
export interface StateForm<State> {
  /** Of the file below the folder of state. */
  readonly fileName: string;
  readonly initial: State;
  readonly format: (state: State) => string;
  /** `undefined` for what `format` has not written. */
  readonly parse: (text: string) => State | undefined;
}

export interface KeepStateOptions {
  /** `undefined`: nothing is written. */
  readonly folder: string | undefined;
  readonly now: () => number;
  readonly log: Log;
}

export interface KeptState<State> {
  /** The state as it was written last; fails while it cannot be written. */
  readonly source: Source<State>;
  /** The state as it was written last, whether or not it can be written now. */
  written(): State;
  advance(next: (state: State) => State): void;
  /** Writes what has changed. Does not fail: whoever reads the source learns of it. */
  write(): Promise<void>;
}

const mode = 0o600;

/** The state that was written. A file that cannot be understood is put aside; one that cannot be read fails. */
const readState = async <State>(
  file: string,
  { initial, parse }: StateForm<State>,
  log: Log,
): Promise<State> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    return initial;
  }
  const state = parse(text);
  if (state !== undefined) return state;
  const aside = `${file}.unreadable`;
  await rename(file, aside);
  log.warn('kept state cannot be understood and begins anew', { file, kept_as: aside });
  return initial;
};

export const keepState = async <State>(
  form: StateForm<State>,
  { folder, now, log }: KeepStateOptions,
): Promise<KeptState<State>> => {
  const file = folder === undefined ? undefined : path.join(folder, form.fileName);
  let current = form.initial;
  /** Of a file that cannot be read: it is not overwritten, and what it says stays unknown. */
  let unreadable: string | undefined;
  let unwritten: string | undefined;
  if (file !== undefined) {
    try {
      await removeTemporaries(file);
      current = await readState(file, form, log);
    } catch (thrown) {
      unreadable = reasonOf(thrown);
    }
  }
  let shown = { value: current, readAt: now() };
  let writing = Promise.resolve();

  const writeNow = async (): Promise<void> => {
    if (unreadable !== undefined) return;
    const next = { value: current, readAt: now() };
    try {
      if (file !== undefined && next.value !== shown.value)
        await writeDurable(file, form.format(next.value), mode);
      shown = next;
      unwritten = undefined;
    } catch (thrown) {
      unwritten = reasonOf(thrown);
    }
  };
  return {
    source: {
      get: async () => {
        if (unreadable !== undefined) throw new Error(`kept state cannot be read: ${unreadable}`);
        if (unwritten !== undefined) throw new Error(`kept state cannot be written: ${unwritten}`);
        return shown;
      },
    },
    written: () => shown.value,
    advance(next) {
      current = next(current);
    },
    write() {
      writing = writing.then(writeNow);
      return writing;
    },
  };
};
