/** Energy of GPUs is a part of its own: no host has measured it, and no rest is made smaller by it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createBalance } from '../../../cli/energy/balance.ts';
import { type Accounts, energyOf, noAccounts } from '../../../collectors/accounts/accounts.ts';
import { advance } from '../../../collectors/accounts/advance.ts';
import { formatAccounts } from '../../../collectors/accounts/format-accounts.ts';
import { parseAccounts } from '../../../collectors/accounts/parse-accounts.ts';
import { formatRows, readRows } from '../../../collectors/accounts/rows.ts';
import { noRates } from '../../../collectors/grid/rates.ts';
import { createUsageReader } from '../../../collectors/usage/usage.ts';
import { madeHost, madeStep, madeVm, noon, power, rules, second } from '../../support/made-accounts.ts';

/** Seconds after noon, and what GPUs draw by VM, as of so many seconds after noon. */
interface GpuStep {
  readonly after: number;
  readonly gpus: Readonly<Record<number, readonly [watts: number, recordAfter: number]>>;
  readonly hostId?: number;
  readonly owner?: string;
  /** VM 7 is in another part of the cloud, or moves to that. */
  readonly elsewhere?: 'gone' | 'passing';
}
const run = (steps: readonly GpuStep[], from: Accounts = noAccounts): Accounts =>
  steps.reduce((accounts, { after, gpus, hostId = 0, owner = 'alice', elsewhere }) => {
    const at = noon + after * second;
    const seven = madeVm(7, hostId, { owner, ...(elsewhere === 'passing' ? { isPassing: true } : {}) });
    const vms = [...(elsewhere === 'gone' ? [] : [seven]), madeVm(8, 0)];
    const sights = [[hostId, [power(hostId, at, 100, { 7: 30, 8: 20 })]]] as const;
    const gpuPower = new Map(
      Object.entries(gpus).map(([id, [watts, recordAfter]]) => [
        Number(id),
        { watts, atSeconds: noon / 1000 + recordAfter },
      ]),
    );
    return advance(
      accounts,
      { ...madeStep(at, [madeHost(0), madeHost(1)], vms, sights), gpuPower },
      { ...rules, longestGpuGapMs: 180 * second },
    );
  }, from);
const vmIn = (accounts: Accounts, id = 7) => {
  const vm = accounts.vms.get(id);
  assert.ok(vm !== undefined);
  return { own: vm.own / 1000, gpu: vm.gpu / 1000, seconds: vm.gpuMs / 1000, all: energyOf(vm) / 1000 };
};

test('the power of a record counts for the time since the record before, however often it is seen', () => {
  const accounts = run([
    { after: 0, gpus: { 7: [70, -5] } },
    { after: 15, gpus: { 7: [70, -5] } },
    { after: 30, gpus: { 7: [80, 25] } },
    { after: 45, gpus: { 7: [80, 25] } },
    { after: 60, gpus: { 7: [100, 55] } },
  ]);
  assert.deepEqual(vmIn(accounts), { own: 1800, gpu: 5400, seconds: 60, all: 7200 });
  assert.deepEqual(accounts.vms.get(7)?.gpuPower?.watts, 100);
  assert.deepEqual(vmIn(accounts, 8), { own: 1200, gpu: 0, seconds: 0, all: 1200 });
  const host = accounts.hosts.get(0);
  assert.deepEqual([host?.total, host?.rest], [6_000_000, 3_000_000], 'the host has not measured it');
});

test('what is not known for longer than the longest gap is not counted, and less than that is', () => {
  const after = (seconds: number) =>
    vmIn(
      run([
        { after: 0, gpus: { 7: [70, 0] } },
        { after: 60, gpus: {} },
        { after: seconds, gpus: { 7: [70, seconds] } },
      ]),
    ).seconds;
  assert.equal(after(180), 180);
  assert.equal(after(181), 0);
  const unknown = run([
    { after: 0, gpus: { 7: [70, 0] } },
    { after: 60, gpus: {} },
  ]);
  assert.equal(unknown.vms.get(7)?.gpuPower, undefined, 'and nobody shows a power that is not known');
});

test('after a start the first record counts for nothing before it, and what was counted stays', () => {
  const before = run([
    { after: 0, gpus: { 7: [70, 0] } },
    { after: 30, gpus: { 7: [70, 30] } },
  ]);
  const kept = parseAccounts(formatAccounts(before));
  assert.ok(typeof kept !== 'string');
  assert.deepEqual(kept.batch.hours, before.batch.hours);
  const later = run(
    [
      { after: 60, gpus: { 7: [70, 60] } },
      { after: 90, gpus: { 7: [50, 90] } },
    ],
    kept,
  );
  assert.deepEqual([vmIn(kept).gpu, vmIn(later).gpu, vmIn(later).seconds], [2100, 3600, 60]);
});

test('a VM that comes back from another part of the cloud has its GPUs counted there meanwhile', () => {
  for (const elsewhere of ['gone', 'passing'] as const) {
    const accounts = run([
      { after: 0, gpus: { 7: [70, 0] } },
      { after: 30, gpus: { 7: [70, 30] } },
      { after: 60, gpus: {}, elsewhere },
      { after: 90, gpus: {}, elsewhere },
      { after: 120, gpus: { 7: [70, 120] } },
      { after: 150, gpus: { 7: [70, 150] } },
    ]);
    const { gpu, seconds } = vmIn(accounts);
    assert.deepEqual([gpu, seconds], [4200, 60], elsewhere);
  }
});

test('a VM that moves or gets another owner takes its GPU along: each row has its part', () => {
  const { batch } = run([
    { after: 0, gpus: { 7: [70, 0] } },
    { after: 30, gpus: { 7: [70, 30] } },
    { after: 60, gpus: { 7: [50, 60] }, hostId: 1 },
    { after: 90, gpus: { 7: [60, 90] }, hostId: 1, owner: 'bob' },
  ]);
  const rows = [...batch.hours.values()].flatMap(({ vms }) => vms).filter(({ vmId }) => vmId === 7);
  assert.deepEqual(rows.map(({ hostId, owner, gpu }) => [hostId, owner, gpu]).sort(), [
    [0, 'alice', 2_100_000],
    [1, 'alice', 1_500_000],
    [1, 'bob', 1_800_000],
  ]);
});

test('where it is known what the machine draws, its GPUs are in that, and are not added again', () => {
  const siteWith = (supply: number | undefined): number | undefined => {
    const reader = createUsageReader({ grouping: 'vm', ratesAt: () => noRates, isVisible: () => true });
    const visitor = reader.visitor(0, true);
    visitor.onHost(0, { name: 'kvm0', cluster: '', gridZone: '' });
    const base = supply === undefined ? 0 : 1000;
    visitor.onDraw(0, 1000, 0, 1, base, base * (supply ?? 0), 0, 0);
    visitor.onVm(7, { name: 'web', owner: 'alice', group: '', flavour: '', labels: '' });
    visitor.onUse(7, 0, 1000, 0, 1, 0, 1);
    visitor.onGpu?.(7, 0, 500, 1);
    return reader.usages()[0]?.parts.get('')?.site;
  };
  assert.equal(siteWith(undefined), 1500);
  assert.equal(siteWith(1.7), 1700);
});

test('law: a report has what the accounts have, and the VMs of a host still sum to it', () => {
  const watts = fc.option(fc.integer({ min: 1, max: 3000 }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(watts, watts, fc.integer({ min: 1, max: 400 })), { maxLength: 12 }),
      (given) => {
        let after = 0;
        const steps = given.map(([seven, eight, length]): GpuStep => {
          after += length * 10;
          const gpus = {
            ...(seven && { 7: [seven, after] as const }),
            ...(eight && { 8: [eight, after] as const }),
          };
          return { after, gpus };
        });
        const accounts = run(steps);
        const reader = createUsageReader({
          grouping: 'vm',
          ratesAt: () => noRates,
          isVisible: () => true,
        });
        const balance = createBalance();
        for (const [hour, rows] of accounts.batch.hours) {
          const body = formatRows(rows);
          readRows(body, reader.visitor(hour, true));
          readRows(body, balance.visitor);
          assert.deepEqual(balance.close(), []);
        }
        for (const { names, parts } of reader.usages()) {
          const [amounts] = parts.values();
          const account = accounts.vms.get(Number(names['VM_ID']));
          assert.deepEqual(
            [amounts?.gpu, amounts?.gpuMs, amounts?.own],
            [account?.gpu, account?.gpuMs, account?.own],
          );
          assert.equal(amounts?.site, energyOf(account ?? { own: 0, share: 0, gpu: 0 }));
        }
        const kept = parseAccounts(formatAccounts(accounts));
        assert.ok(typeof kept !== 'string');
        assert.deepEqual(kept.batch, accounts.batch);
      },
    ),
  );
});
