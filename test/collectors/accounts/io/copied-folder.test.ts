/** Accounts that go on in another folder: nothing is counted twice, what nobody saw is unmeasured, nothing is lost. */
import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { advance } from '../../../../collectors/accounts/advance.ts';
import { finishCopy, stageCopy } from '../../../../collectors/accounts/io/copied-folder.ts';
import { type KeptEnergy, keepEnergy } from '../../../../collectors/accounts/io/keep-accounts.ts';
import type { Step } from '../../../../collectors/accounts/scene.ts';
import { joulesInLedger } from '../../../support/ledger-sums.ts';
import { madeHost, madeStep, madeVm, minute, noon, power, rules } from '../../../support/made-accounts.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const hour = 60 * minute;
const warnings: string[] = [];
const log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message: string) => void warnings.push(message),
  error: () => undefined,
};
const open = (folder: string, retentionMs?: number): Promise<KeptEnergy> =>
  keepEnergy({ folder, retentionMs, log, besides: ['carbon.json'] });
/** 100 W of a host, of which a VM uses 40. */
const stepAt = (at: number, term: number): Step => ({
  ...madeStep(at, [madeHost(0)], [madeVm(7, 0)], [[0, [power(0, at, 100, { 7: 40 })]]]),
  term,
});
const count = async (kept: KeptEnergy, term: number, ...moments: readonly number[]): Promise<void> => {
  for (const at of moments) {
    const step = stepAt(at, term);
    await kept.advance((before) => advance(before, step, rules), step);
  }
};
const takeFrom = async (from: KeptEnergy, to: KeptEnergy): Promise<readonly string[]> => {
  const fetched: string[] = [];
  await to.take(await from.copy(), async ({ name, size }) => {
    fetched.push(name);
    return (await from.readDay(name, size)) ?? assert.fail(name);
  });
  return fetched;
};
const vmOf = (kept: KeptEnergy) => {
  const vm = kept.accounts().vms.get(7);
  return [vm?.own, vm?.measuredMs, vm?.unmeasuredMs].map((amount) => (amount ?? Number.NaN) / 1000);
};
const foldersOf = (t: TestContext): readonly [string, string] => {
  const base = temporaryFolder(t);
  return [path.join(base, 'a'), path.join(base, 'b')];
};

test('the next leader goes on in the middle of an hour: the lost minute is unmeasured, and the first one follows', async (t) => {
  const [a, b] = foldersOf(t);
  const [first, second] = [await open(a), await open(b)];
  await count(first, 1, noon, noon + minute, noon + 2 * minute);
  assert.deepEqual(await takeFrom(first, second), []);
  await count(first, 1, noon + 3 * minute); // nobody has a copy of that
  await count(second, 2, noon + 4 * minute, noon + 5 * minute);
  // 40 W for two minutes, two minutes that nobody saw, and a minute.
  assert.deepEqual(vmOf(second), [3 * 60 * 40, 180, 120]);
  await takeFrom(second, first);
  assert.deepEqual(vmOf(first), vmOf(second));
  await count(first, 3, noon + 6 * minute, noon + 7 * minute);
  await takeFrom(first, second);
  assert.deepEqual(vmOf(first), [4 * 60 * 40, 240, 180]);
  for (const [kept, folder] of [
    [first, a],
    [second, b],
  ] as const) {
    assert.equal(await joulesInLedger(folder, 7), 4 * 60 * 40);
    await kept.close();
  }
});

test('days are fetched once, grow, are compressed, and are put aside where the other has none like them', async (t) => {
  const [a, b] = foldersOf(t);
  const [first, second] = [await open(a), await open(b)];
  await count(second, 0, noon, noon + 2 * minute, noon + hour); // accounts of its own, from before
  const step = [0, 1, 60, 61].map((minutes) => noon + minutes * minute);
  await count(first, 1, ...step);
  warnings.length = 0;
  assert.deepEqual(await takeFrom(first, second), ['2026-11-28.tsv']);
  assert.deepEqual(warnings.length, 1);
  const [aside = ''] = readdirSync(b).filter((name) => name.startsWith('replaced-'));
  assert.deepEqual(readdirSync(path.join(b, aside)), ['2026-11-28.tsv']);
  assert.deepEqual(await takeFrom(first, second), []);
  await count(first, 1, noon + 2 * hour); // the day grows
  assert.deepEqual(await takeFrom(first, second), ['2026-11-28.tsv']);
  await count(first, 1, noon + 26 * hour); // and is compressed
  assert.deepEqual(await takeFrom(first, second), ['2026-11-28.tsv.gz', '2026-11-29.tsv']);
  assert.deepEqual(warnings.length, 1);
  assert.deepEqual(
    readdirSync(b)
      .filter((name) => name !== aside)
      .sort(),
    readdirSync(a).sort(),
  );
  assert.equal(await joulesInLedger(b, 7), await joulesInLedger(a, 7));
  assert.equal(statSync(path.join(b, '2026-11-28.tsv.gz')).mode & 0o777, 0o600);
  await first.close();
  await second.close();
});

test('days that are older than is kept are neither fetched nor put aside', async (t) => {
  const [a, b] = foldersOf(t);
  const [first, second] = [await open(a), await open(b, 2 * 24 * hour)];
  await count(second, 0, noon, noon + 2 * minute, noon + hour);
  await count(first, 1, noon, noon + minute, noon + hour, noon + 5 * 24 * hour);
  assert.equal((await takeFrom(first, second))[0], '2026-12-01.tsv.gz');
  assert.deepEqual(
    readdirSync(b).filter((name) => name.startsWith('replaced-') || name.startsWith('2026-11-28')),
    [],
  );
  await first.close();
  await second.close();
});

test('a copy that breaks off at any day, or that is cut, changes nothing', async (t) => {
  const [a, b] = foldersOf(t);
  const [first, second] = [await open(a), await open(b)];
  await count(second, 1, noon, noon + minute);
  const before = vmOf(second);
  await count(first, 2, ...[0, 1, 60, 61, 24 * 60, 25 * 60].map((minutes) => noon + minutes * minute));
  const copy = await first.copy();
  for (const broken of copy.days) {
    const fetchDay = async ({ name, size }: (typeof copy.days)[number]): Promise<Buffer> => {
      const bytes = (await first.readDay(name, size)) ?? Buffer.alloc(0);
      return name === broken.name ? bytes.subarray(1) : bytes;
    };
    await assert.rejects(second.take(copy, fetchDay), /has changed while it was copied/);
    assert.deepEqual(vmOf(second), before);
  }
  const cut = { ...copy, sums: { 'accounts.tsv': copy.sums['accounts.tsv']?.slice(0, -9) ?? '' } };
  await assert.rejects(
    second.take(cut, () => assert.fail()),
    /are damaged/,
  );
  await count(second, 1, noon + 2 * minute);
  assert.deepEqual(vmOf(second), [2 * 60 * 40, 120, 0]);
  await first.close();
  await second.close();
});

test('a crash while files take their places: what was begun is ended, at any moment', async (t) => {
  const [a, b] = foldersOf(t);
  const [first, second] = [await open(a), await open(b)];
  await count(second, 0, noon, noon + 2 * minute, noon + hour);
  await count(first, 1, ...[0, 1, 60, 61, 24 * 60, 25 * 60].map((minutes) => noon + minutes * minute));
  writeFileSync(path.join(a, 'carbon.json'), '{"version":1,"vms":[]}\n');
  await second.close();
  const copy = await first.copy();
  const fetchDay = async ({ name, size }: (typeof copy.days)[number]): Promise<Buffer> =>
    (await first.readDay(name, size)) ?? assert.fail(name);
  await stageCopy(b, { copy, fetchDay, keepFrom: 0 }, new Map());
  const list = JSON.parse(readFileSync(path.join(b, 'incoming', 'ready.json'), 'utf8')) as {
    readonly asideFolder: string;
    readonly aside: readonly string[];
    readonly place: readonly string[];
  };
  assert.ok(list.aside.length > 0 && list.place.length > 2);
  const expected = await joulesInLedger(a, 7);
  const moves = [
    ...list.aside.map((name) => [name, path.join(list.asideFolder, name)] as const),
    ...list.place.map((name) => [path.join('incoming', name), name] as const),
  ];
  for (let done = 0; done <= moves.length; done += 1) {
    const at = path.join(path.dirname(b), `crash-${done}`);
    cpSync(b, at, { recursive: true });
    mkdirSync(path.join(at, list.asideFolder), { recursive: true });
    for (const [from, to] of moves.slice(0, done)) renameSync(path.join(at, from), path.join(at, to));
    const kept = await open(at);
    assert.equal(await joulesInLedger(at, 7), expected);
    assert.deepEqual(vmOf(kept), vmOf(first));
    assert.deepEqual(readdirSync(path.join(at, list.asideFolder)), list.aside);
    assert.ok(!existsSync(path.join(at, 'incoming')) && existsSync(path.join(at, 'carbon.json')));
    await kept.close();
  }
  await finishCopy(b);
  await finishCopy(b); // again
  assert.equal(await joulesInLedger(b, 7), expected);
  await first.close();
});
