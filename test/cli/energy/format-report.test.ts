/** Reports of amounts that are odd: small, large, none. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { formatReport } from '../../../cli/energy/format-report.ts';
import { addEnergy, noAmounts, noFactors } from '../../../collectors/usage/amounts.ts';

const origin = { zone: 'DE', year: '2025', source: 'made' };

/** The table of one owner with that energy, in kilowatt-hours. */
const tableOf = (kwh: number, name = 'alice'): string => {
  const amounts = noAmounts();
  amounts.own = kwh * 3.6e9;
  amounts.measuredMs = 1;
  addEnergy(amounts, amounts.own, noFactors(), {
    factor: { gramsPerKwh: 100, origin },
    price: { perKwh: 0.5, currency: 'EUR' },
  });
  const usage = { names: { USER_NAME: name }, parts: new Map([['EUR', amounts]]) };
  return formatReport('table', {
    usages: [usage],
    total: { ...usage, names: {} },
    policies: { attribution: ['capacity'], idle: ['equal'] },
    period: { from: 0, to: 1 },
    nameColumns: ['USER_NAME'],
  });
};

test('two digits of what is small are shown, and no more than needed of what is not', () => {
  for (const [kwh, shown] of [
    [0, /^alice .* 0\.000 +0\.0 +0\.00 +EUR/m],
    [0.00000123, /^alice .* 0\.0000012 +0\.00012 +0\.00000062 +EUR/m],
    [0.0456, /^alice .* 0\.046 +4\.6 +0\.023 +EUR/m],
    [0.33, /^alice .* 0\.330 +33\.0 +0\.17 +EUR/m],
    [12345.678, /^alice .* 12345\.678 +1234567\.8 +6172\.84 +EUR/m],
    [1e-15, /^alice .* 0\.000000000 +0\.0 +0\.00 +EUR/m],
  ] as const)
    assert.match(tableOf(kwh), shown);
});

test('a name that would command a terminal, or break a line, does not', () => {
  const table = tableOf(1, '\u001b[2Jalice\nTOTAL 9');
  assert.doesNotMatch(table, /\u001b/);
  assert.equal(table.match(/^TOTAL/gm)?.length, 1);
});
