/** Serves the power page: a document, the same as JSON and as CSV, and events that keep it up to date. */
import { createHash } from 'node:crypto';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import type { WebAnswer, WebHandler, WebHandlers } from '../../../lib/io/web-answers.ts';
import { discoveryPaths, powerPaths } from '../../exporter-options.ts';
import { formatQuery, type PageQuery, parseQuery } from '../page-query.ts';
import { formatPowerCsv } from '../power-csv.ts';
import { formatPowerDocument, type PageSurroundings } from '../power-document.ts';
import { formatPowerJson } from '../power-json.ts';
import { formatEvent, updateOf } from '../power-update.ts';
import { type PageModel, type Selection, selectRows } from '../selection.ts';
import type { PowerFeed } from './power-feed.ts';

export interface PageAssets {
  readonly script: Buffer;
  readonly style: Buffer;
}

export interface ServePowerPageOptions {
  readonly feed: PowerFeed;
  readonly assets: PageAssets;
  readonly version: string;
  readonly telemetryPath: () => string;
}

/** Everything is the exporter's own; nothing is sent elsewhere, and no other site may frame it. */
const securityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const pageHeaders = {
  'Content-Security-Policy': securityPolicy,
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};
const dataHeaders = { 'Cache-Control': 'no-store' };
const assetHeaders = { 'Cache-Control': 'private, max-age=31536000, immutable' };

/** Comments that keep proxies from closing a connection on which nothing happens. */
const keepAliveMs = 15_000;
/** Answers that are shared by readers of the same address. */
const mostShared = 64;

const versionOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 12);

const pad = (value: number): string => String(value).padStart(2, '0');
const clock = (ms: number): string => {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(':');
};

const plain = (status: number, body: string): WebAnswer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  headers: dataHeaders,
  body,
});

type Format = (model: PageModel, selection: Selection) => string;

/** A text is made once for each address and model. */
const createShared = () => {
  let of: PageModel | undefined;
  const shared = new Map<string, Buffer>();
  return (model: PageModel, key: string, make: () => string): Buffer => {
    if (of?.at !== model.at || of.month !== model.month || of.problem !== model.problem) shared.clear();
    of = model;
    const body = shared.get(key) ?? Buffer.from(make());
    if (shared.size >= mostShared) shared.clear();
    shared.set(key, body);
    return body;
  };
};

export const powerPageHandlers = (options: ServePowerPageOptions): WebHandlers => {
  const { feed, assets, version, telemetryPath } = options;
  const share = createShared();
  const surroundings = (): PageSurroundings => ({
    version,
    telemetryPath: telemetryPath(),
    discoveryPaths: Object.values(discoveryPaths),
    scriptPath: `${powerPaths.script}?v=${versionOf(assets.script)}`,
    stylePath: `${powerPaths.style}?v=${versionOf(assets.style)}`,
    clock,
  });

  const serve =
    (
      contentType: string,
      headers: Readonly<Record<string, string>>,
      format: Format,
      mayBeAll: boolean,
    ): WebHandler =>
    async (_, parameters) => {
      const { query, problems } = parseQuery(parameters, mayBeAll);
      if (problems.length > 0) return plain(400, problems.map((one) => `${one}\n`).join(''));
      const model = await feed.current().catch((thrown: unknown) => reasonOf(thrown));
      if (typeof model === 'string')
        return plain(503, `OpenNebula cannot be read, so there is nothing to show yet: ${model}\n`);
      const body = share(model, `${contentType} ${formatQuery(query)}`, () =>
        format(model, selectRows(model, query)),
      );
      return { status: 200, contentType, headers, body };
    };

  const followers = createFollowers(feed);
  const serveEvents: WebHandler = (_, parameters) => {
    const { query, problems } = parseQuery(parameters);
    if (problems.length > 0) return plain(400, problems.map((one) => `${one}\n`).join(''));
    return {
      status: 200,
      contentType: 'text/event-stream',
      headers: { ...dataHeaders, 'X-Accel-Buffering': 'no' },
      begin: (write, left) => followers.add(query, write, left),
    };
  };
  const asset =
    (contentType: string, body: Buffer): WebHandler =>
    () => ({ status: 200, contentType, headers: assetHeaders, body });

  const document = serve(
    'text/html; charset=utf-8',
    pageHeaders,
    (model, selection) => formatPowerDocument(model, selection, surroundings()),
    false,
  );
  const csvHeaders = { ...dataHeaders, 'Content-Disposition': 'attachment; filename="power.csv"' };
  return new Map([
    ['/', document],
    [powerPaths.page, document],
    [powerPaths.json, serve('application/json; charset=utf-8', dataHeaders, formatPowerJson, true)],
    [
      powerPaths.csv,
      serve('text/csv; charset=utf-8', csvHeaders, (_, selection) => formatPowerCsv(selection), true),
    ],
    [powerPaths.events, serveEvents],
    [powerPaths.script, asset('text/javascript; charset=utf-8', assets.script)],
    [powerPaths.style, asset('text/css; charset=utf-8', assets.style)],
  ]);
};

/** Who has a page open. The text for an address is made once, however many have it open. */
const createFollowers = (feed: PowerFeed) => {
  let turn = 0;
  let texts = new Map<string, string>();
  let of: PageModel | undefined;
  const textFor = (model: PageModel, query: PageQuery): string => {
    if (of !== model) {
      of = model;
      turn += 1;
      texts = new Map();
    }
    const key = formatQuery(query);
    const text = texts.get(key) ?? formatEvent(updateOf(model, selectRows(model, query), turn));
    texts.set(key, text);
    return text;
  };
  return {
    add(query: PageQuery, write: (text: string) => void, left: AbortSignal): void {
      write('retry: 3000\n\n');
      const send = (model: PageModel): void => write(textFor(model, query));
      const unfollow = feed.follow(send);
      const timer = setInterval(() => write(':\n\n'), keepAliveMs);
      left.addEventListener('abort', () => {
        unfollow();
        clearInterval(timer);
      });
      feed
        .current()
        .then(send, (thrown: unknown) => write(`: ${reasonOf(thrown).replaceAll(/\s+/g, ' ')}\n\n`));
    },
  };
};
