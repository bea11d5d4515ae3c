import assert from 'node:assert/strict';
import test from 'node:test';
import { parseDcmiPower } from '../../../power-agent/meters/dcmi.ts';

const output = (watts: number, state: string): string => `
    Instantaneous power reading:                   ${watts} Watts
    Minimum during sampling period:                180 Watts
    Maximum during sampling period:                260 Watts
    Average power reading over sample period:      215 Watts
    IPMI timestamp:                           Fri Nov 27 10:00:00 2026
    Sampling period:                          00000005 Seconds.
    Power reading state is:                   ${state}
`;

test('the power at this moment', () => {
  assert.equal(parseDcmiPower(output(220, 'activated')), 220);
});

test('a BMC that does not measure gives no power, and not 0 W', () => {
  assert.equal(parseDcmiPower(output(0, 'deactivated')), undefined);
  assert.equal(parseDcmiPower(output(220, 'deactivated')), undefined);
  assert.equal(parseDcmiPower(output(0, 'activated')), undefined);
  assert.equal(parseDcmiPower(''), undefined);
});
