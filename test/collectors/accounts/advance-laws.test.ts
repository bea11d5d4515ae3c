/**
 * Laws over made clouds: agents that reset, lie, hang and are served again, hosts that vanish, clocks that jump, an
 * exporter that starts again, VMs that migrate twice within an interval.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Accounts, noAccounts } from '../../../collectors/accounts/accounts.ts';
import { advance } from '../../../collectors/accounts/advance.ts';
import type { AccountingRules } from '../../../collectors/accounts/scene.ts';
import { madeHost, rules as madeRules, madeVm, noon, power, utc } from '../../support/made-accounts.ts';
import { type Cloud, judged, stepsOf } from '../../support/made-histories.ts';

/** What a restart of the exporter leaves of the accounts. */
const restarted = (accounts: Accounts): Accounts => ({
  ...accounts,
  places: new Map([...accounts.places].filter(([, { counters }]) => counters !== undefined)),
});

const accountsOf = (cloud: Cloud): readonly Accounts[] => {
  let accounts: Accounts = noAccounts;
  return stepsOf(cloud).map((step, index) => {
    const before = cloud.moments[index]?.isRestarted ? restarted(accounts) : accounts;
    accounts = advance(before, step, cloud.rules);
    return accounts;
  });
};

const sumOf = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0);

test('law: in each hour the VMs and the rest of a host sum to the host, and nothing is negative', () => {
  fc.assert(
    fc.property(judged, (cloud) => {
      const { batch } = accountsOf(cloud).at(-1) ?? noAccounts;
      for (const { vms, hosts } of batch.hours.values()) {
        for (const { hostId, total, rest } of hosts.values()) {
          const used = sumOf(
            [...vms.values()].filter((row) => row.hostId === hostId).map((row) => row.own + row.share),
          );
          assert.equal(used + rest, total);
          assert.ok(rest >= 0 && total >= 0);
        }
        for (const row of vms.values())
          for (const amount of [row.own, row.share, row.measuredMs, row.unmeasuredMs, row.lifeMs])
            assert.ok(Number.isSafeInteger(amount) && amount >= 0);
      }
    }),
    { numRuns: 300 },
  );
});

test('law: no sum ever falls', () => {
  fc.assert(
    fc.property(judged, (cloud) => {
      let before: Accounts = noAccounts;
      for (const accounts of accountsOf(cloud)) {
        for (const [id, { own, share, unmeasuredMs }] of before.vms) {
          const now = accounts.vms.get(id);
          if (now === undefined) continue; // it has left the pool long ago
          assert.ok(now.own + now.share >= own + share && now.unmeasuredMs >= unmeasuredMs);
        }
        for (const [id, { total, rest }] of before.hosts) {
          const now = accounts.hosts.get(id);
          assert.ok(now !== undefined && now.total >= total && now.rest >= rest);
        }
        before = accounts;
      }
    }),
    { numRuns: 300 },
  );
});

test('law: a step that is taken again, also after a restart, adds nothing', () => {
  fc.assert(
    fc.property(judged, fc.boolean(), (cloud, isRestarted) => {
      let accounts: Accounts = noAccounts;
      for (const step of stepsOf(cloud)) {
        accounts = advance(accounts, step, cloud.rules);
        const again = advance(isRestarted ? restarted(accounts) : accounts, step, cloud.rules);
        assert.deepEqual(again.batch, accounts.batch);
        for (const [id, { own, share, measuredMs, unmeasuredMs, lifeMs }] of accounts.vms) {
          const vm = again.vms.get(id);
          assert.deepEqual(
            [vm?.own, vm?.share, vm?.measuredMs, vm?.unmeasuredMs, vm?.lifeMs],
            [own, share, measuredMs, unmeasuredMs, lifeMs],
          );
        }
        for (const [id, { total, rest }] of accounts.hosts)
          assert.deepEqual([again.hosts.get(id)?.total, again.hosts.get(id)?.rest], [total, rest]);
      }
    }),
    { numRuns: 300 },
  );
});

test('law: the rows sum to what is shown, for each VM and host', () => {
  fc.assert(
    fc.property(judged, (cloud) => {
      const all = accountsOf(cloud);
      const { vms, hosts, batch } = all.at(-1) ?? noAccounts;
      /** They left the pool long ago and came back: no VM of a real cloud does. */
      const forgotten = new Set(
        all.flatMap((one, index) =>
          [...one.vms.keys()].filter((id) => all[index + 1]?.vms.has(id) === false),
        ),
      );
      const rows = [...batch.hours.values()].flatMap((hour) => [...hour.vms.values()]);
      for (const [id, account] of vms) {
        if (forgotten.has(id)) continue;
        const own = rows.filter(({ vmId }) => vmId === id);
        for (const name of ['own', 'share', 'measuredMs', 'unmeasuredMs', 'lifeMs'] as const)
          assert.equal(sumOf(own.map((row) => row[name])), account[name], `${name} of ${id}`);
      }
      const drawn = [...batch.hours.values()].flatMap((hour) => [...hour.hosts.values()]);
      for (const [id, { total }] of hosts)
        assert.equal(sumOf(drawn.filter(({ hostId }) => hostId === id).map((row) => row.total)), total);
    }),
    { numRuns: 300 },
  );
});

test('law: measured and unmeasured time sum to the running time, up to where it is decided', () => {
  fc.assert(
    fc.property(judged, (cloud) => {
      const always: Cloud = {
        ...cloud,
        moments: cloud.moments.map((one) => ({
          ...one,
          vms: one.vms.map((vm) => ({ ...vm, isThere: true, host: vm.host ?? 0, lcmState: 3 })),
        })),
      };
      const all = accountsOf(always);
      const [first, last] = [all[0], all.at(-1)];
      for (const { measuredMs, unmeasuredMs, settledAt, lifeMs } of last?.vms.values() ?? []) {
        assert.equal(measuredMs + unmeasuredMs, settledAt - (first?.at ?? 0));
        assert.ok((last?.at ?? 0) - settledAt <= cloud.rules.longestGapMs);
        assert.equal(lifeMs, (last?.at ?? 0) - (first?.at ?? 0));
      }
    }),
    { numRuns: 300 },
  );
});

test('law: the energy of a host that is always measured is what its agent says, whatever its VMs do', () => {
  const rules: AccountingRules = { ...madeRules, idle: 'usage' };
  const readings = fc.array(
    fc.record({
      passedMs: fc.integer({ min: 1000, max: 50_000 }),
      watts: fc.double({ min: 50, max: 300, noNaN: true }),
      isOn: fc.boolean(),
    }),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(readings, (all) => {
      let at = noon;
      let truth = 0;
      let accounts = noAccounts;
      for (const { passedMs, watts: now, isOn } of [{ passedMs: 0, watts: 1, isOn: true }, ...all]) {
        at += passedMs;
        truth += now * passedMs;
        const vms = [madeVm(10, isOn ? 0 : undefined)];
        const sights = new Map([[0, [power(0, at, now, { 10: now / 3 })]]]);
        accounts = advance(
          accounts,
          { at, calendar: utc, hosts: [madeHost(0)], vms, sights, supplyFactors: new Map() },
          rules,
        );
      }
      const host = accounts.hosts.get(0);
      assert.ok(Math.abs((host?.total ?? 0) - truth) <= all.length);
    }),
  );
});
