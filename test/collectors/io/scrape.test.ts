/** How a scrape shares, waits, keeps and drops, with sources and a clock that the test moves. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { addressRangeCollector } from '../../../collectors/address-ranges.ts';
import type { Documents } from '../../../collectors/collector.ts';
import { datastoreCollector } from '../../../collectors/datastore.ts';
import { createPartReader } from '../../../collectors/io/own-part.ts';
import { createScrape } from '../../../collectors/io/scrape.ts';
import { createSource, type Source } from '../../../collectors/io/source.ts';
import type { Sources } from '../../../collectors/io/sources.ts';
import { powerCollector } from '../../../collectors/power.ts';
import { createLog } from '../../../lib/log/log.ts';
import type { Datastore } from '../../../lib/one/datastore.ts';
import { defaultSettings, emptyDocuments } from '../../support/documents.ts';
import { readSamples } from '../../support/samples.ts';

const datastore = (id: number): Datastore => ({
  id,
  name: 'd',
  type: 'SYSTEM',
  totalBytes: undefined,
  usedBytes: undefined,
  freeBytes: undefined,
  imageCount: 0,
});

interface Reads {
  readonly networks?: () => Promise<Documents['networks']>;
  readonly agents?: () => Promise<Documents['agents']>;
}

const createBench = (read: () => Promise<readonly Datastore[]>, { networks, agents }: Reads = {}) => {
  let now = 1_000_000;
  const fixed = <T>(value: T): Source<T> => ({ get: async () => ({ value, readAt: now }) });
  const unchanging = Object.fromEntries(
    Object.entries(emptyDocuments).map(([name, value]) => [name, fixed(value)]),
  ) as unknown as Sources;
  const sources: Sources = {
    ...unchanging,
    datastores: createSource({ read, reuseMs: 5000, now: () => now }),
    ...(networks === undefined
      ? {}
      : { networks: createSource({ read: networks, reuseMs: 5000, now: () => now }) }),
    ...(agents === undefined
      ? {}
      : { agents: createSource({ read: agents, reuseMs: 5000, now: () => now }) }),
  };
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    format: 'logfmt',
    now: () => new Date(now),
    write: (line) => lines.push(line),
  });
  const scrape = createScrape({
    collectors: [
      datastoreCollector,
      ...(networks === undefined ? [] : [addressRangeCollector]),
      ...(agents === undefined ? [] : [powerCollector]),
    ],
    sources,
    settings: defaultSettings,
    readPart: createPartReader(sources.hosts, { number: 1, count: 1 }, []),
    maxAgeMs: 60_000,
    now: () => now,
    log,
  });
  return {
    lines,
    advance(ms: number) {
      now += ms;
    },
    scrape: async (budgetMs = 1000) =>
      readSamples(Buffer.concat((await scrape('prometheus', budgetMs)).body).toString()),
  };
};

const total = 'opennebula_datastore_total';
const success = 'opennebula_scrape_collector_success{collector="datastore"}';
const age = 'opennebula_scrape_collector_age_seconds{collector="datastore"}';

test('scrapes at the same moment share one reading, later ones reuse it for five seconds', async () => {
  let reads = 0;
  const bench = createBench(async () => Array.from({ length: ++reads }, (_, id) => datastore(id)));
  const pages = await Promise.all([bench.scrape(), bench.scrape(), bench.scrape()]);
  assert.deepEqual(
    pages.map((page) => page.get(total)),
    [1, 1, 1],
  );
  bench.advance(4999);
  assert.equal((await bench.scrape()).get(age), 4.999);
  bench.advance(1);
  const page = await bench.scrape();
  assert.deepEqual([page.get(total), page.get(age)], [2, 0]);
});

test('a failure is visible at once, the last values stay for a while, and recovery is seen at once', async () => {
  let fails = false;
  const bench = createBench(async () => {
    if (fails) throw new Error('oned is down');
    return [datastore(1)];
  });
  await bench.scrape();
  fails = true;
  bench.advance(10_000);
  const failed = await bench.scrape();
  assert.deepEqual(
    [failed.get(success), failed.get('opennebula_up'), failed.get(total), failed.get(age)],
    [0, 0, 1, 10],
  );
  bench.advance(50_001);
  const expired = await bench.scrape();
  assert.deepEqual([expired.get(success), expired.has(total), expired.has(age)], [0, false, false]);
  assert.equal(
    bench.lines.filter((line) => line.includes('oned is down')).length,
    1,
    'logged once, not at each scrape',
  );
  fails = false;
  const back = await bench.scrape();
  assert.deepEqual(
    [back.get(success), back.get('opennebula_up'), back.get(total), back.get(age)],
    [1, 1, 1, 0],
  );
});

test('what is not read in time is served as it was, and the reading goes on', async () => {
  let finish: (() => void) | undefined;
  let slow = false;
  let count = 1;
  const bench = createBench(async () => {
    if (slow) await new Promise<void>((resolve) => (finish = resolve));
    return Array.from({ length: count }, (_, id) => datastore(id));
  });
  await bench.scrape();
  bench.advance(20_000);
  slow = true;
  count = 3;
  const late = await bench.scrape(10);
  assert.deepEqual([late.get(total), late.get(success), late.get(age)], [1, 0, 20]);
  finish?.();
  const done = await bench.scrape();
  assert.deepEqual([done.get(total), done.get(success)], [3, 1]);
});

test('before the first reading there is no total, not a zero', async () => {
  const bench = createBench(() => new Promise(() => undefined));
  const page = await bench.scrape(10);
  assert.deepEqual([page.has(total), page.get(success), page.get('opennebula_up')], [false, 0, 0]);
});

test('a reading that always outlasts the scrape still gives what it last read, however old', async () => {
  let finish: (() => void) | undefined;
  const bench = createBench(async () => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return [datastore(1)];
  });
  await bench.scrape(5);
  finish?.();
  await new Promise((resolve) => setImmediate(resolve));
  bench.advance(70_000);
  const page = await bench.scrape(5);
  assert.deepEqual([page.get(total), page.get(success), page.get(age)], [1, 0, 70]);
});

test('a second scraper that comes later does not spoil the first', async () => {
  let finishSlow: (() => void) | undefined;
  const bench = createBench(async () => [datastore(1)], {
    networks: () =>
      new Promise((resolve) => {
        finishSlow = () => resolve([]);
      }),
  });
  const first = bench.scrape(1000);
  await new Promise((resolve) => setImmediate(resolve));
  bench.advance(6000);
  const second = bench.scrape(1000); // datastores are read again for it
  finishSlow?.();
  assert.equal((await first).get(success), 1);
  assert.equal((await second).get(success), 1);
});

test('OpenNebula is up while only a power agent is late', async () => {
  const bench = createBench(async () => [], { agents: () => new Promise(() => undefined) });
  const page = await bench.scrape(10);
  assert.deepEqual(
    [page.get('opennebula_up'), page.get('opennebula_scrape_collector_success{collector="power"}')],
    [1, 0],
  );
});
