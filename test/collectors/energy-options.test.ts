import assert from 'node:assert/strict';
import test from 'node:test';
import { noAccounts } from '../../collectors/accounts/accounts.ts';
import { advance } from '../../collectors/accounts/advance.ts';
import { accountingRulesOf } from '../../collectors/energy-options.ts';
import { madeHost, madeStep, madeVm, noon, power } from '../support/made-accounts.ts';

const settingsOf = (intervalMs: number, gapMs: number): Parameters<typeof accountingRulesOf>[0] => ({
  'energy.co2-hourly-file': [],
  'energy.co2-url': [],
  'energy.co2-token-file': '',
  'energy.directory': '/var/lib/energy',
  'energy.copy-interval': 60_000,
  'energy.exporter-url': '',
  'energy.interval': intervalMs,
  'energy.longest-gap': gapMs,
  'energy.attribution': 'capacity',
  'energy.pue': undefined,
  'energy.idle': 'measured',
  'energy.retention': 0,
});

/** Joules of a VM of 40 W between two readings. */
const joulesBetween = (apartMs: number, settings: ReturnType<typeof settingsOf>): number => {
  const steps = [0, apartMs].map((after) =>
    madeStep(noon + after, [madeHost(0)], [madeVm(7, 0)], [[0, [power(0, noon + after, 100, { 7: 40 })]]]),
  );
  const rules = accountingRulesOf(settings);
  const { vms } = steps.reduce((accounts, step) => advance(accounts, step, rules), noAccounts);
  return (vms.get(7)?.own ?? Number.NaN) / 1000;
};

test('two readings that follow each other as planned are no gap, though timers and agents are late', () => {
  assert.equal(joulesBetween(60_050, settingsOf(60_000, 60_000)), 2402);
  assert.equal(joulesBetween(31_000, settingsOf(30_000, 15_000)), 1240);
  // An agent is asked every 5 s at most, by the first run that comes after that.
  assert.equal(joulesBetween(5050, settingsOf(1000, 3000)), 202);
  assert.equal(joulesBetween(8050, settingsOf(4000, 3000)), 322);
});

test('what is longer than both that and --energy.longest-gap is a gap', () => {
  assert.equal(joulesBetween(60_001, settingsOf(15_000, 60_000)), 0);
  assert.equal(joulesBetween(120_000, settingsOf(60_000, 60_000)), 0);
  assert.equal(joulesBetween(15_000, settingsOf(4000, 3000)), 0);
});
