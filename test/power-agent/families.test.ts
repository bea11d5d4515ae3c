import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { encodeFamilies } from '../../lib/prometheus/exposition.ts';
import { type Accounts, emptyVm, noAccounts, type VmAccount } from '../../power-agent/accounts.ts';
import { formatFamilies } from '../../power-agent/families.ts';

const shown = { version: '0.1.0', meter: 'rapl', cpus: 16, readAt: 1000 };
const zones = new Map([['package-0', { joules: 5, isCounted: true, errors: 0 }]]);
const pageOf = (accounts: Partial<Accounts>): string =>
  encodeFamilies(formatFamilies({ ...noAccounts, ...accounts }, shown), 'prometheus').toString();

/** Digits that look random and are the same each time. */
const digits = (seed: string): string => createHash('sha256').update(seed).digest('hex');
const amount = (seed: string): number => Number.parseInt(digits(seed).slice(0, 13), 16) / 1e10;
const manyVms = (count: number, knowsMarginal = true): ReadonlyMap<string, VmAccount> =>
  new Map(
    Array.from({ length: count }, (_, vm) => {
      const uuid = digits(`${vm}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');
      const [cpuSeconds, energyJoules, marginalJoules] = ['c', 'e', 'm'].map((kind) =>
        amount(`${kind}${vm}`),
      );
      return [
        `one-${1000 + vm}\n${uuid}`,
        {
          cpuSeconds: cpuSeconds ?? 0,
          energyJoules: energyJoules ?? 0,
          marginalJoules: knowsMarginal ? marginalJoules : undefined,
          seenAt: 1000,
        },
      ];
    }),
  );

test('a VM costs 500 bytes of the page at most, and 60 where it is zipped', () => {
  const empty = gzipSync(pageOf({ zones })).length;
  for (const count of [50, 200]) {
    const page = pageOf({ zones, vms: manyVms(count) });
    assert.ok(page.length / count <= 500, `${page.length / count} bytes`);
    const zipped = (gzipSync(page).length - empty) / count;
    assert.ok(zipped <= 60, `${zipped} bytes zipped`);
  }
});

test('the whole page has 60 zipped bytes for each VM at most: of 50 without marginal energy, of 200 with it', () => {
  for (const [count, knowsMarginal] of [
    [50, false],
    [200, true],
  ] as const) {
    const zipped = gzipSync(pageOf({ zones, vms: manyVms(count, knowsMarginal) })).length / count;
    assert.ok(zipped <= 60, `${zipped} bytes zipped`);
  }
});

test('law: a counter that grows is never shown lower, however it is rounded', () => {
  const joules = fc.double({ min: 0, max: 1e9, noNaN: true });
  const shownOf = (energyJoules: number): number => {
    const page = pageOf({ zones, vms: new Map([['one-1\nu', { ...emptyVm, energyJoules, seenAt: 1000 }]]) });
    return Number(/^onepower_vm_energy_joules_total\{.*\} (.*)$/m.exec(page)?.[1]);
  };
  const near = fc.tuple(fc.constantFrom(1e5, 1e6), fc.double({ min: -1e-3, max: 1e-3, noNaN: true }));
  fc.assert(
    fc.property(
      fc.oneof(
        joules,
        near.map(([at, off]) => at + off),
      ),
      fc.double({ min: 0, max: 1e-2, noNaN: true }),
      (before, more) => {
        assert.ok(shownOf(before + more) >= shownOf(before));
        assert.ok(Math.abs(shownOf(before) - before) <= Math.max(5.1e-5, 5.1e-9 * before));
      },
    ),
  );
});

test('what is on the page sums to the energy of the host', () => {
  const vms = manyVms(500);
  const ofVms = [...vms.values()].reduce((sum, { energyJoules }) => sum + energyJoules, 0);
  const page = pageOf({ zones, vms, otherJoules: 1 / 3, idleJoules: 2 / 3, hostJoules: ofVms + 1 });
  const sumOf = (name: RegExp): number =>
    [...page.matchAll(name)].reduce((sum, [, value]) => sum + Number(value), 0);
  const host = sumOf(/^onepower_host_energy_joules_total (.*)$/gm);
  const parts = sumOf(/^onepower_(?:vm|other|idle)_energy_joules_total(?:\{.*\})? (.*)$/gm);
  assert.ok(Math.abs(parts - host) <= 1e-6 * host, `${parts} of ${host}`);
});

test('a VM that has ended stays for five minutes', () => {
  const at = (seenAt: number): string =>
    pageOf({ zones, vms: new Map([['one-1\nu', { ...emptyVm, seenAt }]]) });
  assert.doesNotMatch(at(1000), /ended/);
  assert.match(at(701), /^onepower_vm_ended\{domain="one-1",uuid="u"\} 1$/m);
  assert.match(at(701), /^onepower_vm_energy_joules_total\{domain="one-1",uuid="u"\} 0$/m);
  assert.doesNotMatch(at(699), /domain="one-1"/);
});

test('what is not known has no sample', () => {
  const vms = new Map([['one-1\nu', { ...emptyVm, seenAt: 1000 }]]);
  assert.doesNotMatch(pageOf({ vms }), /joules|watts|error_ratio/);
  assert.match(pageOf({ vms }), /^onepower_vm_cpu_seconds_total\{domain="one-1",uuid="u"\} 0$/m);
  assert.doesNotMatch(pageOf({ vms, zones }), /marginal|watts/);
});

test('names are escaped as labels are', () => {
  const page = pageOf({ vms: new Map([['a"b\\c\nu', { ...emptyVm, seenAt: 1000 }]]) });
  assert.ok(page.includes('{domain="a\\"b\\\\c",uuid="u"}'));
});
