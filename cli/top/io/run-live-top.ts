/** `oneext top` in a terminal: reads, draws and listens to keys until it is told to quit. */
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { createCycle } from '../../../lib/io/cycle.ts';
import type { Charset } from '../../../lib/text/display-text.ts';
import type { Action } from '../controls.ts';
import { formatFrame } from '../frame.ts';
import { createKeyReader, type Key } from '../keys.ts';
import {
  type LiveState,
  modelOf,
  startState,
  takeFailure,
  takeKey,
  takeNames,
  takeNamesProblem,
  takePage,
} from '../live-state.ts';
import { renderLine } from '../render.ts';
import type { Selection } from '../selection.ts';
import type { TopSource } from './read-top.ts';
import { openScreen, type Screen } from './screen.ts';

export interface LiveTop {
  readonly source: TopSource;
  readonly selection: Selection;
  readonly intervalMs: number;
  readonly charset: Charset;
  readonly hasColour: boolean;
  readonly now: () => Date;
}

/** Names, groups and hosts change seldom; the calls cost the front-end what one refresh of the exporter does. */
const namesForMs = 60_000;
const drawEveryMs = 1000;
/** What follows an ESC of a sequence comes at once, over slow lines too. */
const escapeWaitMs = 50;

type Change = (state: LiveState) => LiveState;
type Guard = <Values extends readonly unknown[]>(
  run: (...values: Values) => void,
) => (...values: Values) => void;

/** The reads, each of which tells what it changes. */
const createReads = (
  { source, intervalMs, now }: LiveTop,
  signal: AbortSignal,
  onChange: (change: Change) => void,
) => {
  const cycleOf = (read: () => Promise<Change>, onFailure: (reason: string) => Change, everyMs: number) =>
    createCycle(async () => {
      const change = await read().catch((thrown: unknown) => onFailure(reasonOf(thrown)));
      if (!signal.aborted) onChange(change);
    }, everyMs);
  const readPage = async (): Promise<Change> => {
    const page = await source.readPage(signal);
    const nowMs = now().getTime();
    return (state) => takePage(state, page, nowMs);
  };
  const readNames = async (): Promise<Change> => {
    const names = await source.readNames(signal);
    return (state) => takeNames(state, names);
  };
  return {
    pages: cycleOf(readPage, (reason) => (state) => takeFailure(state, reason), intervalMs),
    names: cycleOf(readNames, (reason) => (state) => takeNamesProblem(state, reason), namesForMs),
  };
};

/** Bytes as keys: of an ESC that stands alone only time tells that it does. */
const createKeyListener = (guard: Guard, onKeys: (keys: readonly Key[]) => void) => {
  const reader = createKeyReader();
  let timer: NodeJS.Timeout | undefined;
  return {
    onBytes: guard((bytes: Uint8Array) => {
      clearTimeout(timer);
      onKeys(reader.push(bytes));
      if (reader.isWaiting())
        timer = setTimeout(
          guard(() => onKeys(reader.flush())),
          escapeWaitMs,
        );
    }),
    stop: () => clearTimeout(timer),
  };
};

/** Ends when the user quits or the terminal goes; fails where something here is broken, with the terminal as it was. */
export const runLiveTop = (live: LiveTop): Promise<void> =>
  new Promise((resolve, reject) => {
    const { intervalMs, charset, hasColour, now } = live;
    let state = startState(live.selection);
    const aborts = new AbortController();

    const finish = (failure?: unknown): void => {
      for (const part of [reads.pages, reads.names, listener]) part.stop();
      clearInterval(ticks);
      aborts.abort();
      screen.close();
      if (failure === undefined) resolve();
      else reject(failure);
    };
    const guard: Guard =
      (run) =>
      (...values) => {
        try {
          run(...values);
        } catch (thrown) {
          finish(thrown);
        }
      };
    const draw = guard(() => {
      const at = now();
      const moment = { nowMs: at.getTime(), clock: at.toTimeString().slice(0, 8), intervalMs, charset };
      const lines = formatFrame(modelOf(state, moment), state.view, screen.size());
      screen.draw(lines.map((line) => renderLine(line, hasColour)));
    });
    const onChange = guard((change: Change) => {
      state = change(state);
      draw();
    });
    const act: Readonly<Record<Action, () => void>> = {
      quit: () => finish(),
      refresh: () => {
        reads.pages.start();
        if (state.namesProblem !== undefined) reads.names.start();
      },
      suspend: () => screen.suspend(),
      redraw: () => screen.forget(),
    };
    const onKeys = (keys: readonly Key[]): void => {
      for (const key of keys) {
        const { state: next, action } = takeKey(state, key, screen.size());
        state = next;
        if (action !== undefined) act[action]();
        if (action === 'quit') return;
      }
      draw();
    };

    const reads = createReads(live, aborts.signal, onChange);
    const listener = createKeyListener(guard, onKeys);
    const screen: Screen = openScreen({ onBytes: listener.onBytes, onResize: draw, onEnd: () => finish() });
    const ticks = setInterval(draw, drawEveryMs);
    draw();
    reads.names.start();
    reads.pages.start();
  });
