/**
 * A scrape: refreshes what is not fresh, waits as long as the scraper does, and writes the page.
 *
 * Scrapes at the same moment share one refresh. A collector that fails or is not done in time serves its last
 * values, with their age and success 0, until they are too old. A refresh that was not waited for goes on, and
 * its values are there for the next scrape.
 */
import type { OptionTable, OptionValues } from '../../lib/config/options.ts';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import type { Log } from '../../lib/log/log.ts';
import {
  type EncodedFamily,
  type ExpositionFormat,
  encodeFamilies,
  encodeSamples,
  joinFamilies,
} from '../../lib/prometheus/exposition.ts';
import type { FamilySamples } from '../../lib/prometheus/metric-family.ts';
import type { Collector, DocumentName, Documents } from '../collector.ts';
import { type CollectorState, describeScrape } from '../scrape-state.ts';
import { isWhole, ownSamples } from '../shard.ts';
import type { PartReader } from './own-part.ts';
import type { Page } from './shared-page.ts';
import type { Reading } from './source.ts';
import { oneDocuments, type Sources } from './sources.ts';

export interface ScrapeOptions {
  readonly collectors: readonly Collector[];
  readonly sources: Sources;
  /** The values of all flags: each collector takes its own. */
  readonly settings: OptionValues<OptionTable>;
  readonly readPart: PartReader;
  readonly maxAgeMs: number;
  readonly now: () => number;
  readonly log: Log;
}

/** @param budgetMs how long to wait for what is being read; what is not read then is served as it was */
export type Scrape = (format: ExpositionFormat, budgetMs: number) => Promise<Page>;

interface Run {
  readonly collector: Collector;
  readings: readonly Reading<unknown>[];
  /** Its families as they stand on the page; `undefined` before the first success. */
  text: readonly EncodedFamily[] | undefined;
  /** When the oldest of its documents was read. */
  readAt: number;
  success: boolean;
  durationMs: number | undefined;
  running: Promise<void> | undefined;
}

const withoutSamples = ({ families }: Collector): readonly EncodedFamily[] =>
  families.map((family) => ({ family, samples: [] }));

const createRun = (collector: Collector): Run => ({
  collector,
  readings: [],
  text: undefined,
  readAt: 0,
  success: false,
  durationMs: undefined,
  running: undefined,
});

const afterMs = (delayMs: number): { readonly done: Promise<void>; readonly cancel: () => void } => {
  let timer: NodeJS.Timeout | undefined;
  const done = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, delayMs);
  });
  return { done, cancel: () => clearTimeout(timer) };
};

export const createScrape = ({
  collectors,
  sources,
  settings,
  readPart,
  maxAgeMs,
  now,
  log,
}: ScrapeOptions): Scrape => {
  const runs = collectors.map(createRun);

  /** The samples of its part, where several exporters share the cloud. */
  const ownOf = async (
    { countsItself = false }: Collector,
    families: readonly FamilySamples[],
    read: unknown,
  ): Promise<readonly FamilySamples[]> => {
    const part = await readPart();
    if (isWhole(part)) return families;
    const vms = (read as Documents['vms'] | undefined) ?? (await sources.vms.get()).value;
    const hostOf = new Map(vms.map(({ id, hostId }) => [id, hostId]));
    return ownSamples(families, hostOf, countsItself, part);
  };

  const collect = async (run: Run): Promise<void> => {
    const { collector } = run;
    const names: readonly DocumentName[] = collector.reads;
    const readings = await Promise.all(names.map((name): Promise<Reading<unknown>> => sources[name].get()));
    if (run.text !== undefined && readings.every((reading, at) => reading === run.readings[at])) return;
    const documents = Object.fromEntries(names.map((name, at) => [name, readings[at]?.value]));
    // Each name of the object comes from `reads`, and each value from the source of that name.
    const families = collector.collect(documents as unknown as Documents, settings);
    run.text = encodeSamples(await ownOf(collector, families, documents['vms']));
    run.readings = readings;
    run.readAt = Math.min(...readings.map(({ readAt }) => readAt));
  };

  const refresh = async (run: Run): Promise<void> => {
    const startedAt = now();
    const before = run.success || run.durationMs === undefined;
    try {
      await collect(run);
      run.success = true;
    } catch (thrown) {
      run.success = false;
      const fields = { collector: run.collector.name, error: reasonOf(thrown) };
      if (before) log.error('collector failed', fields);
      else log.debug('collector failed again', fields);
    }
    run.durationMs = now() - startedAt;
    run.running = undefined;
  };

  /** What a run has to show, and how it is described. */
  const served = (
    run: Run,
    isDone: boolean,
  ): { readonly state: CollectorState; readonly text: readonly EncodedFamily[] } => {
    const ageMs = now() - run.readAt;
    const success = run.success && isDone;
    // A reading that outlasts the scrape and went well so far keeps its last values, however old: its own
    // time limits end it.
    const stillReads = run.success && run.running !== undefined;
    const text = success || stillReads || ageMs <= maxAgeMs ? run.text : undefined;
    const state: CollectorState = {
      name: run.collector.name,
      readsOne: run.collector.reads.every((name) => oneDocuments.has(name)),
      success,
      durationSeconds: run.durationMs === undefined ? undefined : run.durationMs / 1000,
      ageSeconds: text !== undefined ? Math.max(0, ageMs / 1000) : undefined,
    };
    return { state, text: text ?? withoutSamples(run.collector) };
  };

  return async (format, budgetMs) => {
    const done = new Set<Run>();
    const all = runs.map(async (run) => {
      run.running ??= refresh(run);
      await run.running;
      done.add(run);
    });
    const timeout = afterMs(budgetMs);
    await Promise.race([timeout.done, Promise.all(all)]);
    timeout.cancel();
    const pages = runs.map((run) => served(run, done.has(run)));
    const scrape = encodeFamilies(describeScrape(pages.map(({ state }) => state)), format);
    const text = joinFamilies(
      pages.flatMap(({ text }) => text),
      format,
    );
    return {
      body: [...text, scrape],
      isComplete: done.size === runs.length,
      isSound: pages.every(({ state }) => state.success),
    };
  };
};
