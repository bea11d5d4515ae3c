/** `oneext energy show` on a ledger that the exporter's own code has written. */
import assert from 'node:assert/strict';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { advance } from '../../../collectors/accounts/advance.ts';
import { keepEnergy } from '../../../collectors/accounts/io/keep-accounts.ts';
import { madeHost, madeStep, madeVm, minute, noon, power, rules } from '../../support/made-accounts.ts';
import { runProgram } from '../../support/program.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const given = { ...rules, idle: 'equal', longestGapMs: 60 * minute } as const;

/** 60 of 100 W for two hours on one host, then on another, with another owner, and unmeasured for the last hour. */
const writeLedger = async (t: TestContext): Promise<string> => {
  const folder = path.join(temporaryFolder(t), 'energy');
  const kept = await keepEnergy({ folder, retentionMs: undefined, log });
  for (let at = noon; at <= noon + 300 * minute; at += 30 * minute) {
    const hostId = at <= noon + 120 * minute ? 0 : 1;
    const vm = madeVm(7, hostId, { owner: hostId === 0 ? 'alice' : 'bob' });
    const isMeasured = at <= noon + 180 * minute;
    const sights = [0, 1].map((id) => {
      const vms = id === hostId && isMeasured ? { 7: 60 } : {};
      return [id, [power(id, at, 100, vms)]] as const;
    });
    const step = madeStep(at, [madeHost(0), madeHost(1)], [vm, madeVm(8, undefined)], sights);
    await kept.advance((before) => advance(before, step, given), step);
  }
  await kept.close();
  return folder;
};
const show = (folder: string, ...argv: readonly string[]) =>
  runProgram('dist/oneext', {
    argv: ['energy', 'show', ...argv, `--energy.directory=${folder}`, '--config.file=/dev/null'],
    env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
  });

test('the hours of a VM: its hosts and owners of the time, its energy, and how much was measured', async (t) => {
  const folder = await writeLedger(t);
  const json = await show(folder, '7', '--month=2026-11', '--format=json');
  const { VM_ID: id, RECORDS: records } = JSON.parse(json.stdout);
  assert.equal(id, 7);
  assert.deepEqual(
    records.map((one: Record<string, unknown>) => [
      one['HOUR'],
      one['HOST_NAME'],
      one['USER_NAME'],
      Math.round(Number(one['ENERGY_KWH']) * 1e6) / 1e6,
      one['COVERAGE'],
    ]),
    [
      ['2026-11-28T12:00:00.000Z', 'kvm0', 'alice', 0.1, 1],
      ['2026-11-28T13:00:00.000Z', 'kvm0', 'alice', 0.1, 1],
      ['2026-11-28T14:00:00.000Z', 'kvm1', 'bob', 0.1, 1],
      ['2026-11-28T15:00:00.000Z', 'kvm1', 'bob', 0, 0],
      ['2026-11-28T16:00:00.000Z', 'kvm1', 'bob', 0, 0],
    ],
  );
  const table = await show(folder, 'one-7', '--month=2026-11');
  assert.match(table.stdout, /^VM 7 \(vm-7\)\n/);
  assert.match(
    table.stdout,
    /^2026-11-28T12:00Z +0 +kvm0 +alice +users +1\.00 +0\.060 +0\.040 +0\.100 +100\.0 %$/m,
  );
  assert.match(table.stdout, /^TOTAL +5\.00 +0\.180 +0\.120 +0\.300 +60\.0 %$/m);
});

test('a VM that is not there, and what is no id', async (t) => {
  const folder = await writeLedger(t);
  const none = await show(folder, '99', '--month=2026-11');
  assert.deepEqual([none.code, none.stdout], [1, '']);
  assert.match(none.stderr, /nothing of VM 99 in that time/);
  for (const wrong of ['web', '-1', '7 8', '']) {
    const { code, stderr } = await show(folder, '--month=2026-11', '--', wrong);
    assert.equal(code, 2, stderr);
  }
});
