/** `oneext energy` as an operator runs it, on a ledger that the exporter's own code has written. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { advance } from '../../../collectors/accounts/advance.ts';
import { keepEnergy } from '../../../collectors/accounts/io/keep-accounts.ts';
import { madeHost, madeStep, madeVm, minute, noon, power } from '../../support/made-accounts.ts';
import { runProgram } from '../../support/program.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const rules = { attribution: 'capacity', idle: 'equal', pue: undefined, longestGapMs: 60 * minute } as const;

/** Two VMs of 100 W together and of the host's 100 W idle power, for three hours; VM 8 gets another owner. */
const writeLedger = async (t: TestContext): Promise<string> => {
  const folder = path.join(temporaryFolder(t), 'energy');
  const kept = await keepEnergy({ folder, retentionMs: undefined, log });
  for (let at = noon; at <= noon + 180 * minute; at += 30 * minute) {
    const owner = at < noon + 120 * minute ? 'bob' : '=carol,';
    const vms = [
      madeVm(7, 0, { name: 'web "1"', flavours: 4, labels: 'prod,web' }),
      madeVm(8, 0, { owner, name: `db ${at - noon}`, flavours: -1, labels: 'prod' }),
    ];
    const step = madeStep(at, [madeHost(0, { gridZone: 'SE-SE3' })], vms, [
      [0, [power(0, at, 200, { 7: 60, 8: 40 })]],
    ]);
    await kept.advance((before) => advance(before, step, rules), step);
  }
  await kept.close();
  return folder;
};
const oneext = (folder: string, ...argv: readonly string[]) =>
  runProgram('dist/oneext', {
    argv: ['energy', ...argv, `--energy.directory=${folder}`, '--config.file=/dev/null'],
    env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
  });

test('a report by VM in each format, with unrounded values and the owners of the time', async (t) => {
  const folder = await writeLedger(t);
  const json = await oneext(folder, 'report', '--month=2026-11', '--format=json');
  const { RECORDS: records } = JSON.parse(json.stdout);
  assert.deepEqual(
    records.map((one: Record<string, unknown>) => [
      one['VM_ID'],
      one['USER_NAME'],
      one['ENERGY_KWH'],
      one['COVERAGE'],
    ]),
    [
      [7, 'alice', 0.33, 1],
      [8, '=carol,', 0.135, 1],
      [8, 'bob', 0.135, 1],
    ],
  );
  assert.deepEqual(records[0], {
    VM_ID: 7,
    VM_NAME: 'web "1"',
    USER_NAME: 'alice',
    GROUP_NAME: 'users',
    HOURS: 3,
    RUNNING_HOURS: 3,
    ENERGY_KWH_OWN: 0.18,
    ENERGY_KWH_SHARE: 0.15,
    ENERGY_KWH: 0.33,
    CO2_G: null,
    COST: null,
    CURRENCY: null,
    COVERAGE: 1,
    CO2_ZONE: null,
    CO2_YEAR: null,
    CO2_SOURCE: null,
    CO2_COVERAGE: 0,
    COST_COVERAGE: 0,
  });
  const csv = await oneext(folder, 'report', '--month=2026-11', '--format=csv');
  assert.deepEqual(csv.stdout.split('\n').slice(0, 3), [
    'VM_ID,VM_NAME,USER_NAME,GROUP_NAME,HOURS,RUNNING_HOURS,ENERGY_KWH_OWN,ENERGY_KWH_SHARE,ENERGY_KWH,CO2_G,COST,CURRENCY,COVERAGE,CO2_ZONE,CO2_YEAR,CO2_SOURCE,CO2_COVERAGE,COST_COVERAGE',
    '7,"web ""1""",alice,users,3,3,0.18,0.15,0.33,,,,1,,,,0,0',
    `8,db ${180 * minute},"'=carol,",users,1.5,1.5,0.06,0.075,0.135,,,,1,,,,0,0`,
  ]);
  const table = await oneext(folder, 'report', '--month=2026-11');
  assert.match(table.stdout, /^7 +web "1" +alice +users +3\.00 +3\.00 +0\.180 +0\.150 +0\.330 +100\.0 %$/m);
  assert.match(table.stdout, /^TOTAL .* 0\.600 +100\.0 %$/m);
  const xml = await oneext(folder, 'report', '--month=2026-11', '--format=xml');
  assert.match(xml.stdout, /<RECORD><VM_ID>7<\/VM_ID><VM_NAME>web "1"<\/VM_NAME>/);
});

test('by owner, host and cluster, and for a part of the time', async (t) => {
  const folder = await writeLedger(t);
  const report = async (...flags: readonly string[]) => {
    const { stdout } = await oneext(folder, 'report', '--format=json', ...flags);
    return JSON.parse(stdout).RECORDS.map((one: Record<string, unknown>) => [
      ['USER_NAME', 'HOST_NAME', 'CLUSTER_NAME', 'GRID_ZONE', 'FLAVOUR', 'LABEL']
        .map((name) => one[name])
        .find((value) => value !== undefined),
      one['ENERGY_KWH'],
    ]);
  };
  const all = '--month=2026-11';
  assert.deepEqual(await report(all, '--by=owner'), [
    ['=carol,', 0.135],
    ['alice', 0.33],
    ['bob', 0.135],
  ]);
  assert.deepEqual(await report(all, '--by=host'), [['kvm0', 0.6]]);
  assert.deepEqual(await report(all, '--by=cluster'), [['default', 0.6]]);
  assert.deepEqual(await report(all, '--by=zone'), [['SE-SE3', 0.6]]);
  assert.deepEqual(await report(all, '--by=flavour'), [
    ['', 0.27],
    ['4', 0.33],
  ]);
  assert.deepEqual(await report(all, '--by=label'), [
    ['prod', 0.6],
    ['web', 0.33],
  ]);
  const labels = await oneext(folder, 'report', all, '--by=label');
  assert.match(labels.stdout, /^TOTAL .* 0\.600 +100\.0 %$/m, 'a VM with two labels is in the sum once');
  assert.deepEqual(await report('--from=2026-11-28T13:00', '--to=2026-11-28T14:00', '--by=host'), [
    ['kvm0', 0.2],
  ]);
  assert.deepEqual(await report('--month=2026-10'), []);
});

test('verify finds the ledger whole, and says what is damaged', async (t) => {
  const folder = await writeLedger(t);
  const whole = await oneext(folder, 'verify', '--month=2026-11');
  assert.deepEqual([whole.code, whole.stderr], [0, '']);
  const file = path.join(folder, '2026-11-28.tsv');
  writeFileSync(file, readFileSync(file, 'utf8').replace('\nuse\t7', '\nuse\t9'));
  const damaged = await oneext(folder, 'verify', '--month=2026-11');
  assert.equal(damaged.code, 1);
  assert.match(damaged.stdout, /2026-11-28\.tsv: damaged in 1 place/);
  const note = await oneext(folder, 'report', '--month=2026-11');
  assert.match(note.stderr, /what stood there is not in the report/);
});

test('behind a damaged block nobody is billed under a name that may be old', async (t) => {
  const folder = await writeLedger(t);
  const file = path.join(folder, '2026-11-28.tsv');
  // The first block has the names.
  writeFileSync(file, readFileSync(file, 'utf8').replace('\tweb', '\tWEB'));
  const { stdout } = await oneext(folder, 'report', '--month=2026-11', '--format=json');
  const users = JSON.parse(stdout).RECORDS.map((one: Record<string, unknown>) => [
    one['VM_ID'],
    one['USER_NAME'],
  ]);
  assert.ok(
    users.some(([id, user]: readonly unknown[]) => id === 7 && user === ''),
    stdout,
  );
  assert.ok(
    users.every(([id, user]: readonly unknown[]) => id !== 7 || user === ''),
    stdout,
  );
});

test('wrong times and a folder that is not there', async (t) => {
  const folder = path.join(temporaryFolder(t), 'none');
  for (const [flags, told] of [
    [['--month=2026-13'], /a month such as 2026-11/],
    [['--from=2026-02-30'], /a day such as/],
    [['--to=2026-11-28'], /--to needs --from/],
    [['--from=2026-11-28', '--to=2026-11-28'], /earlier than --to/],
    [['--month=2026-11', '--from=2026-11-28'], /cannot be given together/],
  ] as const) {
    const { code, stderr } = await oneext(folder, 'report', ...flags);
    assert.equal(code, 2, stderr);
    assert.match(stderr, told);
  }
  const { code, stderr } = await oneext(folder, 'report');
  assert.equal(code, 1);
  assert.match(stderr, /cannot read the accounts of energy in .*none/);
});
