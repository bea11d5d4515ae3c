/** Puts the power page together. It outlasts a configuration that is read again, with the last hour in its memory. */
import { readFile } from 'node:fs/promises';
import { besideProgram } from '../../../lib/io/this-process.ts';
import type { WebHandlers } from '../../../lib/io/web-answers.ts';
import type { ExporterOptions } from '../../exporter-options.ts';
import type { Tariffs } from '../../grid/tariffs.ts';
import type { Sources } from '../../io/sources.ts';
import { readMonthRates } from './month-rates.ts';
import { createMonthReader } from './month-reader.ts';
import { createPowerFeed } from './power-feed.ts';
import { type PageAssets, powerPageHandlers } from './serve-power-page.ts';

export interface PowerPage {
  readonly handlers: WebHandlers;
  /** The agents have been asked. */
  onReading(): void;
  start(): void;
  close(): void;
}

export interface PowerPageContext {
  /** Those of now: they change when the configuration is read again. */
  readonly settings: () => ExporterOptions;
  readonly tariffs: () => Tariffs;
  readonly sources: () => Sources;
  /** The running program: script and style of the page stand beside it. */
  readonly programFile: string;
  readonly version: string;
  readonly now: () => number;
}

/** In memory they outlive an upgrade of the program. */
const readAssets = async (programFile: string): Promise<PageAssets> => {
  const beside = (name: string): Promise<Buffer> => readFile(besideProgram(programFile, name));
  const [script, style] = await Promise.all([beside('power-page.js'), beside('power-page.css')]);
  return { script, style };
};

export const createPowerPage = async (context: PowerPageContext): Promise<PowerPage> => {
  const { settings, tariffs, sources, programFile, version, now } = context;
  const month = createMonthReader({
    folder: () => settings()['energy.directory'],
    tariffs,
    readRates: () => readMonthRates(settings(), tariffs(), sources()),
    now: () => Date.now(), // months are those of the clock on the wall
  });
  const feed = createPowerFeed({
    sources,
    month,
    oldAfterMs: () => settings()['energy.interval'],
    now,
    wall: (ms) => ms + Date.now() - now(),
  });
  const handlers = powerPageHandlers({
    feed,
    assets: await readAssets(programFile),
    version,
    telemetryPath: () => settings()['web.telemetry-path'],
  });
  return { handlers, onReading: feed.onReading, start: feed.start, close: feed.close };
};
