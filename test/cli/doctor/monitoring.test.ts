import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeMonitoring, type MonitoringFacts } from '../../../cli/doctor/monitoring.ts';
import { linesOf } from '../../support/verdicts.ts';

const now = new Date('2026-11-28T12:00:00Z');
const judge = (facts: Partial<MonitoringFacts>): readonly string[] =>
  linesOf(judgeMonitoring({ pushedVms: 3, vmId: 7, found: undefined, intervalMs: 60_000, now, ...facts }));
const monitored = (power: string, ageSeconds: number): MonitoringFacts['found'] => ({
  value: { power, powerTime: power === '' ? '' : String(now.getTime() / 1000 - ageSeconds) },
});

test('what is pushed has arrived, is old, or is not there; what was not pushed is not ok', () => {
  assert.deepEqual(judge({ found: monitored('21.8', 42) }), [
    'ok: power of 3 VMs is pushed; VM 7 has 21.8 W, 42 s old',
  ]);
  assert.deepEqual(judge({ found: monitored('21.8', 900) }), [
    'error: POWER in the monitoring of VM 7 is 900 s old: what is pushed does not arrive',
  ]);
  assert.deepEqual(judge({ found: monitored('', 0) }), [
    'error: the exporter pushes power, but the monitoring of VM 7 has no POWER',
  ]);
  assert.deepEqual(judge({ pushedVms: undefined }), [
    "skipped: no power is pushed into OpenNebula's monitoring (--monitoring.push)",
  ]);
  assert.deepEqual(judge({ vmId: undefined }), ['skipped: no VM draws power that could be read back']);
  assert.deepEqual(judge({ found: { problem: 'no answer in 30 s', kind: 'late' } }), [
    'warning: cannot tell: no answer in 30 s',
  ]);
});
