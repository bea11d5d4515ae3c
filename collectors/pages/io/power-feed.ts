/**
 * What the page shows, kept up to date by the readings that others make: scrapes, and the accounts of energy. The page
 * asks the agents itself only where a reader waits and nobody else has asked for a while.
 */
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { createCycle } from '../../../lib/io/cycle.ts';
import { readSituation } from '../../io/read-situation.ts';
import type { Sources } from '../../io/sources.ts';
import { appendPoint, appendTrends, type PowerPoint, type Trends, trendStepMs } from '../power-history.ts';
import { cloudPowerOf, type PowerView, powerOfVms, type ViewDocuments, viewPower } from '../power-view.ts';
import type { PageModel } from '../selection.ts';
import type { MonthReader } from './month-reader.ts';

export interface PowerFeedOptions {
  readonly sources: () => Sources;
  readonly month: MonthReader;
  /** How old a reading may be before an open page asks for another. */
  readonly oldAfterMs: () => number;
  readonly now: () => number;
  /** The same moment by the clock on the wall, for people. */
  readonly wall: (ms: number) => number;
}

export interface PowerFeed {
  /** Fails where nothing has been read yet and nothing can be. */
  current(): Promise<PageModel>;
  /** @returns ends it */
  follow(onModel: (model: PageModel) => void): () => void;
  /** The agents have been asked. */
  onReading(): void;
  start(): void;
  close(): void;
}

const lookMs = 5000;
/** A reader gets what there is rather than waiting longer. */
const mostWaitMs = 1000;

interface Taken {
  readonly at: number;
  /** The same by the clock on the wall. */
  readonly wallAt: number;
  readonly documents: ViewDocuments;
}

const atMost = async (promise: Promise<unknown>, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise.catch(() => undefined), late]);
  clearTimeout(timer);
};

export const createPowerFeed = ({ sources, month, oldAfterMs, now, wall }: PowerFeedOptions): PowerFeed => {
  let taken: Taken | undefined;
  let view: { readonly of: Taken; readonly view: PowerView } | undefined;
  let history: readonly PowerPoint[] = [];
  let trends: Trends = new Map();
  let trendAt = Number.NEGATIVE_INFINITY;
  let problem: string | undefined;
  let taking: Promise<void> | undefined;
  const followers = new Set<(model: PageModel) => void>();

  const readDocuments = async (): Promise<Taken> => {
    const from = sources();
    const [{ documents, agentsReadAt }, gpuPower, platform, hostModels] = await Promise.all([
      readSituation(from),
      from.gpuPower.get(),
      from.platform.get(),
      from.hostModels.get(),
    ]);
    return {
      at: agentsReadAt,
      wallAt: taken?.at === agentsReadAt ? taken.wallAt : wall(agentsReadAt),
      documents: {
        ...documents,
        gpuPower: gpuPower.value,
        platform: platform.value,
        hostModels: hostModels.value,
      },
    };
  };
  const modelOf = async (of: Taken): Promise<PageModel> => {
    if (view?.of !== of) view = { of, view: viewPower(of.documents) };
    const energy = await sources()
      .energy.get()
      .catch(() => undefined);
    month.get(energy?.value); // begins to read what is not known
    await atMost(month.settled(), mostWaitMs / 2);
    return { at: of.wallAt, view: view.view, history, trends, month: month.get(energy?.value), problem };
  };
  const remember = ({ wallAt, documents }: Taken): void => {
    history = appendPoint(history, { at: wallAt, ...cloudPowerOf(documents.agents) });
    if (now() - trendAt < trendStepMs) return;
    trendAt = now();
    trends = appendTrends(
      trends,
      powerOfVms(documents).map(({ vm: { id }, power }) => ({
        id,
        watts: typeof power === 'number' ? power : undefined,
      })),
    );
  };
  const takeAnew = async (): Promise<void> => {
    try {
      const next = await readDocuments();
      const isNew = next.at !== taken?.at;
      problem = undefined;
      taken = next;
      if (isNew) remember(next);
    } catch (thrown) {
      problem = `The cloud cannot be read again, so this is old: ${reasonOf(thrown)}`;
      if (taken === undefined) throw thrown;
      history = appendPoint(history, { at: wall(now()), watts: undefined, hosts: 0, hostsMeasured: 0 });
    } finally {
      taking = undefined;
    }
    if (taken === undefined || followers.size === 0) return;
    const model = await modelOf(taken);
    for (const follow of followers) follow(model);
  };
  const take = (): Promise<void> => {
    taking ??= takeAnew();
    return taking;
  };
  const isOld = (): boolean => taken === undefined || now() - taken.at > oldAfterMs();

  const cycle = createCycle(async () => {
    if (followers.size > 0 && isOld()) await take().catch(() => undefined);
  }, lookMs);

  return {
    async current() {
      if (taken === undefined) await take();
      else if (isOld()) await atMost(take(), mostWaitMs);
      if (taken === undefined) throw new Error(problem ?? 'nothing was read');
      return modelOf(taken);
    },
    follow(onModel) {
      followers.add(onModel);
      return () => followers.delete(onModel);
    },
    // What it reads is being read by who has asked.
    onReading: () => void take().catch(() => undefined),
    start: () => cycle.start(),
    close: () => cycle.stop(),
  };
};
