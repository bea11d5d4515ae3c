/**
 * Whole histories, kept on a disk: exporters that end and begin, disks that are full, clocks that are set, summer time,
 * agents that begin anew, VMs that move and change hands. Whatever happens, the ledger sums.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { createBalance } from '../../../../cli/energy/balance.ts';
import type { Accounts } from '../../../../collectors/accounts/accounts.ts';
import { advance } from '../../../../collectors/accounts/advance.ts';
import { keepEnergy } from '../../../../collectors/accounts/io/keep-accounts.ts';
import { accountsFileName, readLedger } from '../../../../collectors/accounts/io/read-ledger.ts';
import { type RowVisitor, readRows } from '../../../../collectors/accounts/rows.ts';
import type { Step } from '../../../../collectors/accounts/scene.ts';
import { noRates } from '../../../../collectors/grid/rates.ts';
import { noAmounts } from '../../../../collectors/usage/amounts.ts';
import { groupings } from '../../../../collectors/usage/grouping.ts';
import { createUsageReader } from '../../../../collectors/usage/usage.ts';
import { minute } from '../../../support/made-accounts.ts';
import { type Cloud, judged, stepsOf } from '../../../support/made-histories.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const allTime = { from: 0, to: Date.UTC(9999, 11, 31) };

/** As the clock of an exporter has it that began when the wall was so much ahead of the first one's. */
const byClockOf = (step: Step, aheadMs: number): Step => ({
  ...step,
  at: step.at + aheadMs,
  calendar: { ...step.calendar, wallOffsetMs: step.calendar.wallOffsetMs - aheadMs },
  sights: new Map(
    [...step.sights].map(([id, sights]) => [
      id,
      sights.map((sight) => ({ ...sight, readAt: sight.readAt + aheadMs })),
    ]),
  ),
});

/** Another file of that name cannot take the place of a folder. */
const fillDisk = (folder: string): (() => void) => {
  const file = path.join(folder, accountsFileName);
  const aside = `${file}.aside`;
  const isThere = existsSync(file);
  if (isThere) renameSync(file, aside);
  mkdirSync(file);
  return () => {
    rmdirSync(file);
    if (isThere) renameSync(aside, file);
  };
};

interface Kept {
  readonly accounts: Accounts;
  /** VMs that have left the pool for long: they have begun anew. */
  readonly forgotten: ReadonlySet<number>;
}

const live = async (folder: string, cloud: Cloud): Promise<Kept> => {
  const open = () => keepEnergy({ folder, retentionMs: undefined, log });
  const forgotten = new Set<number>();
  let kept = await open();
  let aheadMs = 0;
  for (const [index, step] of stepsOf(cloud).entries()) {
    const { isRestarted = false, isDiskFull = false } = cloud.moments[index] ?? {};
    const before = kept.accounts();
    if (isRestarted) {
      await kept.close();
      kept = await open();
      aheadMs = step.calendar.wallOffsetMs;
    }
    const own = byClockOf(step, aheadMs);
    const freeDisk = isDiskFull ? fillDisk(folder) : () => undefined;
    const stepped = kept.advance((accounts) => {
      const next = advance(accounts, own, cloud.rules);
      for (const id of accounts.vms.keys()) if (!next.vms.has(id)) forgotten.add(id);
      return next;
    }, own);
    await (isDiskFull ? assert.rejects(stepped) : stepped);
    freeDisk();
    if (isDiskFull) assert.deepEqual([...kept.accounts().vms.keys()], [...before.vms.keys()]);
  }
  await kept.close();
  kept = await open(); // what was not written is lost with its exporter
  const accounts = kept.accounts();
  await kept.close();
  return { accounts, forgotten };
};

type Sums = readonly number[];
const none: Sums = [0, 0, 0, 0, 0];
const addTo = (sums: Map<unknown, Sums>, key: unknown, amounts: Sums): void => {
  const before = sums.get(key) ?? none;
  sums.set(
    key,
    amounts.map((amount, at) => amount + (before[at] ?? 0)),
  );
};

/** What the ledger says: by VM, before and after a moment, and in total by whatever a report is. */
const readSums = async (folder: string, cut: number) => {
  const sums = new Map<unknown, Sums>();
  const balance = createBalance();
  const readers = groupings.map((grouping) =>
    createUsageReader({ grouping, ratesAt: () => noRates, isVisible: () => true }),
  );
  await readLedger(folder, allTime, {
    onHour({ body, hour }) {
      readRows(body, balance.visitor);
      assert.deepEqual(balance.close(), []);
      for (const reader of readers) readRows(body, reader.visitor(hour, true));
      readRows(body, {
        onVm: () => undefined,
        onHost: () => undefined,
        onDraw: () => undefined,
        onUse(vmId, _hostId, ...amounts) {
          addTo(sums, vmId, amounts);
          addTo(sums, hour < cut ? 'before' : 'after', amounts);
        },
      });
    },
    onDamage: (file) => assert.fail(file),
  });
  const totals = readers.map((reader): Sums => {
    const { own, share, measuredMs, unmeasuredMs, lifeMs } = reader.total().parts.get('') ?? noAmounts();
    return [own, share, measuredMs, unmeasuredMs, lifeMs];
  });
  return { sums, totals };
};

/** The report of a part of the time. */
const readPart = async (folder: string, period: typeof allTime): Promise<Sums> => {
  const sums = new Map<unknown, Sums>();
  const visitor: RowVisitor = {
    onVm: () => undefined,
    onHost: () => undefined,
    onDraw: () => undefined,
    onUse: (_vmId, _hostId, ...amounts) => addTo(sums, '', amounts),
  };
  await readLedger(folder, period, {
    onHour: ({ body }, isInRange) => (isInRange ? readRows(body, visitor) : undefined),
    onDamage: (file) => assert.fail(file),
  });
  return sums.get('') ?? none;
};

test('law: after any history the ledger sums to what is shown, by whatever it is grouped and wherever it is cut', async (t) => {
  const folder = temporaryFolder(t);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(judged, fc.integer({ min: 0, max: 48 }), async (cloud, hours) => {
      run += 1;
      const own = path.join(folder, String(run));
      const { accounts, forgotten } = await live(own, cloud);
      const cut = Math.max(0, (accounts.at ?? 0) - hours * 60 * minute);
      const { sums, totals } = await readSums(own, cut);
      for (const [id, vm] of accounts.vms)
        if (!forgotten.has(id))
          assert.deepEqual(sums.get(id) ?? none, [
            ...[vm.own, vm.share],
            ...[vm.measuredMs, vm.unmeasuredMs, vm.lifeMs],
          ]);
      const parts = [sums.get('before') ?? none, sums.get('after') ?? none];
      for (const total of totals)
        assert.deepEqual(
          total,
          none.map((_, at) => (parts[0]?.[at] ?? 0) + (parts[1]?.[at] ?? 0)),
        );
      assert.deepEqual(
        [await readPart(own, { ...allTime, to: cut }), await readPart(own, { ...allTime, from: cut })],
        parts,
      );
    }),
    // The disk makes each of them slow: others are tried by hand.
    { numRuns: 10, seed: 2026 },
  );
});
