/** `oneext top` in a terminal: reads, draws and listens to keys until it is told to quit. */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { type CloudNames, formatMissingNames, joinCloud, judgePage, type TopCloud } from '../top/cloud.ts';
import { type Action, stepView, type View } from '../top/controls.ts';
import type { Charset } from '../top/display-text.ts';
import { formatFrame, type Model, pageRowsOf } from '../top/frame.ts';
import { createKeyReader, type Key } from '../top/keys.ts';
import type { PowerPage } from '../top/power-page.ts';
import { renderLine } from '../top/render.ts';
import { type Selection, selectVms } from '../top/selection.ts';
import { measureTable } from '../top/table.ts';
import { appendSamples, type Trends } from '../top/trends.ts';
import type { TopSource } from './read-top.ts';
import { openScreen } from './screen.ts';

export interface LiveTop {
  readonly source: TopSource;
  readonly selection: Selection;
  readonly intervalMs: number;
  readonly charset: Charset;
  readonly hasColour: boolean;
  readonly now: () => Date;
}

/** Names, groups and hosts change seldom; the call costs the front-end what one refresh of the exporter does. */
const namesForMs = 60_000;
const drawEveryMs = 1000;
/** What follows an ESC of a sequence comes at once, over slow lines too. */
const escapeWaitMs = 50;

/** What is known of the cloud, from the last reads that succeeded. */
interface Knowledge {
  page: PowerPage | undefined;
  pageAt: number;
  failure: string | undefined;
  names: CloudNames | undefined;
  namesProblem: string | undefined;
}

const timeOfDay = (date: Date): string => date.toTimeString().slice(0, 8);

/** Calls `read` at once, and again `intervalMs` after each beginning; one at a time. */
const createCycle = (read: () => Promise<void>, intervalMs: number, now: () => Date) => {
  let timer: NodeJS.Timeout | undefined;
  let isReading = false;
  let isStopped = false;
  const start = async (): Promise<void> => {
    if (isReading || isStopped) return;
    isReading = true;
    clearTimeout(timer);
    const beganAt = now().getTime();
    await read();
    isReading = false;
    const leftMs = Math.max(0, beganAt + intervalMs - now().getTime());
    if (!isStopped) timer = setTimeout(() => void start(), leftMs);
  };
  const stop = (): void => {
    isStopped = true;
    clearTimeout(timer);
  };
  return { start, stop };
};

/** Ends when the user quits or the terminal goes; fails if something here is broken, with the terminal as it was. */
export const runLiveTop = ({
  source,
  intervalMs,
  charset,
  hasColour,
  now,
  ...given
}: LiveTop): Promise<void> =>
  new Promise((resolve, reject) => {
    const known: Knowledge = {
      page: undefined,
      pageAt: 0,
      failure: undefined,
      names: undefined,
      namesProblem: undefined,
    };
    let cloud: TopCloud | undefined;
    let trends: Trends = new Map();
    let view: View = { selection: given.selection, offset: 0, prompt: undefined, isHelp: false };
    let table = measureTable([]);
    const reads = new AbortController();

    const finish = (failure?: unknown): void => {
      for (const cycle of [pages, names]) cycle.stop();
      clearInterval(ticks);
      clearTimeout(escapeTimer);
      reads.abort();
      screen.close();
      if (failure === undefined) resolve();
      else reject(failure);
    };
    /** A fault of ours ends the program in order. */
    const guard =
      <Arguments extends readonly unknown[]>(run: (...values: Arguments) => void) =>
      (...values: Arguments): void => {
        try {
          run(...values);
        } catch (thrown) {
          finish(thrown);
        }
      };

    const modelOf = (): Model => {
      const at = now();
      const { page, pageAt, failure, namesProblem } = known;
      const dataAgeMs =
        page === undefined ? undefined : at.getTime() - pageAt + 1000 * (page.powerAgeSeconds ?? 0);
      const problems = page === undefined ? [] : [...judgePage(page)];
      if (namesProblem !== undefined) problems.push(formatMissingNames(namesProblem));
      const status = { clock: timeOfDay(at), dataAgeMs, intervalMs, failure, problems };
      return { cloud, table, trends, status, charset };
    };
    const draw = guard((): void => {
      const lines = formatFrame(modelOf(), view, screen.size());
      screen.draw(lines.map((line) => renderLine(line, hasColour)));
    });
    const select = (): void => {
      table = measureTable(selectVms(cloud?.vms ?? [], view.selection));
    };
    const join = guard((): void => {
      if (known.page !== undefined) cloud = joinCloud(known.page, known.names);
      select();
      draw();
    });

    const pages = createCycle(
      async () => {
        try {
          known.page = await source.readPage(reads.signal);
          known.pageAt = now().getTime();
          known.failure = undefined;
          trends = appendSamples(trends, joinCloud(known.page, known.names).vms);
        } catch (thrown) {
          known.failure = reasonOf(thrown);
        }
        if (!reads.signal.aborted) join();
      },
      intervalMs,
      now,
    );
    const names = createCycle(
      async () => {
        try {
          known.names = await source.readNames(reads.signal);
          known.namesProblem = undefined;
        } catch (thrown) {
          known.namesProblem = reasonOf(thrown);
        }
        if (!reads.signal.aborted) join();
      },
      namesForMs,
      now,
    );

    const act: Readonly<Record<Action, () => void>> = {
      quit: () => finish(),
      refresh: () => {
        void pages.start();
        if (known.namesProblem !== undefined) void names.start();
      },
      suspend: () => screen.suspend(),
      redraw: () => screen.forget(),
    };
    const onKeys = (keys: readonly Key[]): void => {
      for (const key of keys) {
        const before = view.selection;
        const size = { rows: table.vms.length, page: pageRowsOf(screen.size()) };
        const { view: next, action } = stepView(view, key, size);
        view = next;
        if (view.selection !== before) select();
        if (action !== undefined) act[action]();
        if (action === 'quit') return;
      }
      draw();
    };
    const keyReader = createKeyReader();
    let escapeTimer: NodeJS.Timeout | undefined;
    const onBytes = (bytes: Uint8Array): void => {
      clearTimeout(escapeTimer);
      onKeys(keyReader.push(bytes));
      if (keyReader.isWaiting())
        escapeTimer = setTimeout(
          guard(() => onKeys(keyReader.flush())),
          escapeWaitMs,
        );
    };

    const screen = openScreen({ onBytes: guard(onBytes), onResize: draw, onEnd: () => finish() });
    const ticks = setInterval(draw, drawEveryMs);
    draw();
    void names.start();
    void pages.start();
  });
