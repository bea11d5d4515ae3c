/** `oneext energy` as an operator runs it, on a ledger that the exporter's own code has written. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { advance } from '../../../collectors/accounts/advance.ts';
import { keepEnergy } from '../../../collectors/accounts/io/keep-accounts.ts';
import { createFrontEnd } from '../../../simulator/front-end.ts';
import { madeHost, madeStep, madeVm, minute, noon, power, silent } from '../../support/made-accounts.ts';
import { runProgram } from '../../support/program.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const rules = { attribution: 'capacity', idle: 'equal', pue: undefined, longestGapMs: 60 * minute } as const;

/** Two VMs of 100 W together and of the host's 100 W idle power, for three hours; VM 8 gets another owner. */
const writeLedger = async (
  t: TestContext,
  {
    gridZone = '',
    supply,
    pue,
    knownFrom = noon,
    hostId = 0,
    folder = path.join(temporaryFolder(t), 'energy'),
  }: {
    gridZone?: string;
    supply?: number;
    pue?: number;
    knownFrom?: number;
    hostId?: number;
    folder?: string;
  } = {},
): Promise<string> => {
  const kept = await keepEnergy({ folder, retentionMs: undefined, log });
  for (let at = noon; at <= noon + 180 * minute; at += 30 * minute) {
    const owner = at < noon + 120 * minute ? 'bob' : '=carol,';
    const vms = [
      madeVm(7, hostId, { name: 'web "1"', flavours: 4, labels: 'prod,web' }),
      madeVm(8, hostId, { owner, name: `db ${at - noon}`, flavours: -1, labels: 'prod' }),
    ];
    const sights = [power(hostId, at, 200, { 7: 60, 8: 40 })];
    const step = madeStep(at, [madeHost(hostId, { gridZone })], vms, [[hostId, sights]]);
    const isKnown = at > knownFrom;
    const supplyFactors = new Map(supply === undefined || !isKnown ? [] : [[hostId, supply]]);
    const rulesNow = { ...rules, pue: isKnown ? pue : undefined };
    await kept.advance((before) => advance(before, { ...step, supplyFactors }, rulesNow), step);
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
    SUPPLY_FACTOR: null,
    PUE: null,
    ENERGY_KWH_SITE: 0.33,
    ENERGY_KWH_GPU: null,
    GPU_HOURS: null,
  });
  const csv = await oneext(folder, 'report', '--month=2026-11', '--format=csv');
  assert.deepEqual(csv.stdout.split('\n').slice(0, 3), [
    'VM_ID,VM_NAME,USER_NAME,GROUP_NAME,HOURS,RUNNING_HOURS,ENERGY_KWH_OWN,ENERGY_KWH_SHARE,ENERGY_KWH,CO2_G,COST,CURRENCY,COVERAGE,CO2_ZONE,CO2_YEAR,CO2_SOURCE,CO2_COVERAGE,COST_COVERAGE,SUPPLY_FACTOR,PUE,ENERGY_KWH_SITE,ENERGY_KWH_GPU,GPU_HOURS,ATTRIBUTION,IDLE',
    '7,"web ""1""",alice,users,3,3,0.18,0.15,0.33,,,,1,,,,0,0,,,0.33,,,capacity,equal',
    `8,db ${180 * minute},"'=carol,",users,1.5,1.5,0.06,0.075,0.135,,,,1,,,,0,0,,,0.135,,,capacity,equal`,
  ]);
  const table = await oneext(folder, 'report', '--month=2026-11');
  assert.match(table.stdout, /^7 +web "1" +alice +users +3\.00 +3\.00 +0\.180 +0\.150 +0\.330 +100\.0 %$/m);
  assert.match(table.stdout, /^TOTAL .* 0\.600 +100\.0 %$/m);
  const soon = await oneext(folder, 'report', '--from=2026-11-28T12:00', '--by=owner');
  assert.match(soon.stdout, /^alice .* 0\.330 /m);
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
  assert.deepEqual(await report(all, '--by=zone'), [['', 0.6]]);
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

const configured = (folder: string, text: string) => {
  const file = path.join(folder, '..', 'oneext.yaml');
  writeFileSync(file, text);
  return (...argv: readonly string[]) =>
    runProgram('dist/oneext', {
      argv: [
        'energy',
        'report',
        '--month=2026-11',
        `--energy.directory=${folder}`,
        `--config.file=${file}`,
        ...argv,
      ],
      env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
    });
};

test('CO2 by the mean of the year, with zone, year and source beside it', async (t) => {
  const folder = await writeLedger(t, { gridZone: 'DE' });
  const report = await oneext(folder, 'report', '--month=2026-11', '--format=json', '--by=zone');
  const [zone] = JSON.parse(report.stdout).RECORDS;
  assert.deepEqual(
    [zone.GRID_ZONE, zone.CO2_ZONE, zone.CO2_YEAR, zone.CO2_SOURCE, zone.CO2_COVERAGE],
    ['DE', 'DE', '2025', 'Electricity Maps (ODbL 1.0)', 1],
  );
  assert.equal(zone.CO2_G, 0.6 * 342);
  const table = await oneext(folder, 'report', '--month=2026-11');
  assert.match(table.stdout, /^7 .* 112\.9 .* DE +2025 +Electricity Maps/m);
  const none = await oneext(
    await writeLedger(t),
    'report',
    '--month=2026-11',
    '--format=csv',
    '--by=cluster',
  );
  assert.match(
    none.stdout,
    /^default,.*,0\.6,,,,1,,,,0,0,,,0\.6,,,capacity,equal$/m,
    'unknown stays unknown',
  );
});

test('the supply factor and the PUE are last factors, in columns of their own', async (t) => {
  const folder = await writeLedger(t, { gridZone: 'DE', supply: 1.25, pue: 1.6 });
  const { stdout } = await oneext(folder, 'report', '--month=2026-11', '--format=json', '--by=cluster');
  const { ATTRIBUTION: attribution, IDLE: idle, RECORDS: records } = JSON.parse(stdout);
  const [one] = records;
  assert.deepEqual([attribution, idle], ['capacity', 'equal']);
  assert.deepEqual([one.ENERGY_KWH, one.SUPPLY_FACTOR, one.PUE, one.ENERGY_KWH_SITE], [0.6, 1.25, 1.6, 1.2]);
  assert.equal(one.CO2_G, 1.2 * 342);
  const table = await oneext(folder, 'report', '--month=2026-11');
  assert.match(table.stdout, /^Energy from .*\nAttribution capacity, idle equal\n/);
});

test('a factor that was known for a part of an hour holds for that part alone', async (t) => {
  const folder = await writeLedger(t, { supply: 1.25, pue: 1.6, knownFrom: noon + 150 * minute });
  const { stdout } = await oneext(folder, 'report', '--month=2026-11', '--format=json', '--by=cluster');
  const [one] = JSON.parse(stdout).RECORDS;
  assert.deepEqual([one.ENERGY_KWH, one.SUPPLY_FACTOR, one.PUE], [0.6, 1.25, 1.6]);
  assert.ok(Math.abs(one.ENERGY_KWH_SITE - (0.5 + 0.1 * 1.25 * 1.6)) < 1e-9, stdout);
});

test('energy of a VM that was never measured is not known, and that of one that rested is 0', async (t) => {
  const folder = path.join(temporaryFolder(t), 'energy');
  const kept = await keepEnergy({ folder, retentionMs: undefined, log });
  for (let at = noon; at <= noon + 180 * minute; at += 30 * minute) {
    const vms = [madeVm(7, 0), madeVm(8, 1), madeVm(9, undefined)];
    const hosts = [madeHost(0, { gridZone: 'DE' }), madeHost(1, { gridZone: 'DE' })];
    const sights = [
      [0, [power(0, at, 100, { 7: 0 })]],
      [1, [silent(1, at)]],
    ] as const;
    const step = madeStep(at, hosts, vms, sights);
    await kept.advance((before) => advance(before, step, { ...rules, idle: 'measured' }), step);
  }
  await kept.close();
  const { stdout } = await oneext(folder, 'report', '--month=2026-11', '--format=json');
  assert.deepEqual(
    JSON.parse(stdout).RECORDS.map((one: Record<string, unknown>) =>
      ['VM_ID', 'RUNNING_HOURS', 'ENERGY_KWH_OWN', 'ENERGY_KWH', 'ENERGY_KWH_SITE', 'CO2_G', 'COVERAGE'].map(
        (name) => one[name],
      ),
    ),
    [
      [7, 3, 0, 0, 0, 0, 1],
      [8, 3, null, null, null, null, 0],
      [9, 0, 0, 0, 0, null, null],
    ],
  );
  const table = await oneext(folder, 'report', '--month=2026-11');
  assert.match(table.stdout, /^8 +vm-8 +alice +users +3\.00 +3\.00 +- +- +- +- +0\.0 %/m);
});

test('prices and factors of the operator; two currencies are never added', async (t) => {
  const folder = await writeLedger(t, { gridZone: 'DE' });
  const report = configured(
    folder,
    `energy:
  co2: [{ host: kvm0, grams_per_kwh: 100, source: solar roof }]
  prices:
    - { per_kwh: 0.5, currency: EUR }
    - { per_kwh: 2, currency: SEK, hours: 14-15 }
`,
  );
  const { stdout } = await report('--format=json', '--by=host');
  assert.deepEqual(
    JSON.parse(stdout).RECORDS.map((one: Record<string, unknown>) => [
      one['ENERGY_KWH'],
      one['CO2_G'],
      one['CO2_SOURCE'],
      one['COST'],
      one['CURRENCY'],
      one['COST_COVERAGE'],
    ]),
    [
      [0.4, 40, 'solar roof', 0.2, 'EUR', 1],
      [0.2, 20, 'solar roof', 0.4, 'SEK', 1],
    ],
  );
  const table = await report();
  assert.equal(table.stdout.match(/^TOTAL /gm)?.length, 2, 'a total for each currency');
  const wrong = await configured(folder, 'energy: { prices: [{ per_kwh: x }], co2: 7 }')();
  assert.equal(wrong.code, 78, wrong.stderr);
  assert.match(wrong.stderr, /per_kwh is "x".*currency.*|energy\.co2 must be a list/s);
});

test('a user sees what OpenNebula would list for that user, and an unknown user is an error', async (t) => {
  const folder = await writeLedger(t);
  const vm = (id: number, uid: number, { gid = 101, group = 0, others = 0 } = {}) =>
    `<VM><ID>${id}</ID><UID>${uid}</UID><GID>${gid}</GID><PERMISSIONS><GROUP_U>${group}</GROUP_U><OTHER_U>${others}</OTHER_U></PERMISSIONS></VM>`;
  const documents: Record<string, string> = {
    'one.userpool.info':
      '<USER_POOL><USER><ID>5</ID><GID>100</GID><NAME>alice</NAME><GROUPS><ID>100</ID></GROUPS></USER></USER_POOL>',
    'one.acl.info': '<ACL_POOL></ACL_POOL>',
    'one.vmpool.infoextended': `<VM_POOL>${vm(7, 5)}${vm(8, 6)}</VM_POOL>`,
  };
  const server = createFrontEnd('oneadmin:secret', (method) => {
    const document = documents[method];
    return document === undefined ? undefined : { document };
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => new Promise((resolve) => server.close(resolve)));
  const auth = path.join(folder, '..', 'one_auth');
  writeFileSync(auth, 'oneadmin:secret', { mode: 0o600 });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const as = (user: string) =>
    runProgram('dist/oneext', {
      argv: [
        'energy',
        'report',
        '--month=2026-11',
        '--format=json',
        '--as',
        user,
        `--energy.directory=${folder}`,
        '--config.file=/dev/null',
      ],
      env: { PATH: '/usr/bin:/bin', TZ: 'UTC', ONE_AUTH: auth, ONE_XMLRPC: `http://127.0.0.1:${port}/RPC2` },
    });
  const seenByAlice = async (vm8: string, rule = ''): Promise<readonly number[]> => {
    documents['one.vmpool.infoextended'] = `<VM_POOL>${vm(7, 5)}${vm8}</VM_POOL>`;
    documents['one.acl.info'] = `<ACL_POOL>${rule}</ACL_POOL>`;
    const { stdout } = await as('alice');
    return [...new Set<number>(JSON.parse(stdout).RECORDS.map(({ VM_ID: id }: { VM_ID: number }) => id))];
  };
  const acl = (text: string): string => `<ACL><ID>3</ID><STRING>${text}</STRING></ACL>`;
  assert.deepEqual(await seenByAlice(vm(8, 6)), [7]);
  assert.deepEqual(await seenByAlice(vm(8, 6, { gid: 100, group: 1 })), [7, 8], 'shared with her group');
  assert.deepEqual(await seenByAlice(vm(8, 6, { gid: 101, group: 1 })), [7], 'shared with another group');
  assert.deepEqual(await seenByAlice(vm(8, 6, { others: 1 })), [7, 8], 'shared with all');
  assert.deepEqual(await seenByAlice(vm(8, 6), acl('#5 VM/#8 USE')), [7, 8], 'by a rule for her');
  assert.deepEqual(await seenByAlice(vm(8, 6), acl('@100 VM+IMAGE/@101 USE+MANAGE')), [7, 8]);
  assert.deepEqual(await seenByAlice(vm(8, 6), acl('#6 VM/#8 USE')), [7], 'by a rule for another user');
  const nobody = await as('nobody');
  assert.deepEqual([nobody.code, nobody.stdout], [1, '']);
  assert.match(nobody.stderr, /no user nobody/);
  const unnamed = await as('');
  assert.deepEqual([unnamed.code, unnamed.stdout], [1, ''], 'an empty variable is not everybody');
  assert.match(unnamed.stderr, /ENERGY_NO_USER/);
});

const recordsOf = async (folder: string, ...flags: readonly string[]) => {
  const argv = ['report', '--month=2026-11', '--format=json', ...flags];
  const { code, stdout, stderr } = await oneext(folder, ...argv);
  const records: readonly Record<string, unknown>[] = code === 0 ? JSON.parse(stdout).RECORDS : [];
  return { code, records, stderr };
};

test('a report has all accounts of exporters with --shard, and each of their folders can be read alone', async (t) => {
  const whole = temporaryFolder(t);
  const parts = ['shard-1-of-3', 'shard-2-of-3', 'shard-3-of-3'].map((name) => path.join(whole, name));
  for (const [hostId, folder] of parts.slice(0, 2).entries()) await writeLedger(t, { hostId, folder });
  mkdirSync(parts[2] ?? '');
  const { records, stderr } = await recordsOf(whole);
  assert.equal(stderr, '');
  assert.deepEqual(
    records.map((one) => [one['VM_ID'], one['VM_NAME'], one['USER_NAME'], one['ENERGY_KWH']]),
    [
      [7, 'web "1"', 'alice', 0.66],
      [8, `db ${180 * minute}`, '=carol,', 0.27],
      [8, `db ${90 * minute}`, 'bob', 0.27],
    ],
  );
  assert.deepEqual(
    (await recordsOf(whole, '--by=host')).records.map((one) => [one['HOST_NAME'], one['ENERGY_KWH']]),
    [
      ['kvm0', 0.6],
      ['kvm1', 0.6],
    ],
  );
  const alone = await Promise.all(parts.map((part) => recordsOf(part, '--by=host')));
  assert.deepEqual(
    alone.map(({ records: own }) => own.map((one) => one['HOST_ID'])),
    [[0], [1], []],
  );
  const verified = await oneext(whole, 'verify', '--month=2026-11');
  assert.equal(verified.code, 0, verified.stdout);
  const shown = await oneext(whole, 'show', '7', '--month=2026-11');
  assert.match(shown.stdout, /^TOTAL .* 0\.660 /m);
});

test('no joule twice: of a host that two exporters counted at the same time, one counts', async (t) => {
  const folder = await writeLedger(t); // by an exporter without --shard
  const shards = ['shard-1-of-2', 'shard-2-of-2'].map((name) => path.join(folder, name));
  for (const [hostId, shard] of shards.entries()) await writeLedger(t, { hostId, folder: shard });
  const { code, records, stderr } = await recordsOf(folder, '--by=host');
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    records.map((one) => [one['HOST_ID'], one['ENERGY_KWH']]),
    [
      [0, 0.6],
      [1, 0.6],
    ],
  );
  assert.match(
    stderr,
    /host 0 at 2026-11-28T12:00:00\.000Z, which counts in \S+ and not in \S+, and 2 more\n$/,
  );
  const verified = await oneext(folder, 'verify', '--month=2026-11');
  assert.equal(verified.code, 1);
  assert.equal(verified.stdout.match(/^two exporters counted at the same time: host 0 at/gm)?.length, 3);
});

test('a report of several zones has a column ZONE in every format, and ids of each zone', async (t) => {
  const [here, there] = [await writeLedger(t, { gridZone: 'FR' }), temporaryFolder(t)];
  for (const hostId of [0, 1])
    await writeLedger(t, { gridZone: 'DE', hostId, folder: path.join(there, `shard-${hostId + 1}-of-2`) });
  const zones = [`--zone=paris=${here}`, `--zone=Köln, "Süd"=${there}`];
  const columns = async (...flags: readonly string[]) =>
    (await recordsOf('/nowhere', ...zones, ...flags)).records.map((one) =>
      ['ZONE', 'GRID_ZONE', 'HOST_ID', 'VM_ID', 'ENERGY_KWH'].flatMap((name) => one[name] ?? []),
    );
  assert.deepEqual(await columns('--by=host'), [
    ['Köln, "Süd"', 0, 0.6],
    ['Köln, "Süd"', 1, 0.6],
    ['paris', 0, 0.6],
  ]);
  assert.deepEqual(await columns('--by=zone'), [
    ['Köln, "Süd"', 'DE', 1.2],
    ['paris', 'FR', 0.6],
  ]);
  assert.deepEqual((await columns()).at(0), ['Köln, "Süd"', 7, 0.66]);
  const report = (...flags: readonly string[]) =>
    oneext('/nowhere', 'report', '--month=2026-11', '--by=cluster', ...zones, ...flags);
  const table = await report();
  assert.match(
    table.stdout,
    /^ZONE +CLUSTER .*\nKöln, "Süd" +default .* 1\.200 .*\nparis +default .* 0\.600 /m,
  );
  assert.match(table.stdout, /^TOTAL .* 1\.800 /m);
  assert.match((await report('--format=csv')).stdout, /^ZONE,CLUSTER_NAME,.*\n"Köln, ""Süd""",default,/);
  assert.match((await report('--format=xml')).stdout, /<RECORD><ZONE>paris<\/ZONE><CLUSTER_NAME>default</);
});

test('zones that are named twice, or have the same accounts, are refused', async (t) => {
  const folder = await writeLedger(t);
  const copy = path.join(temporaryFolder(t), 'copy');
  cpSync(folder, copy, { recursive: true });
  const same = await recordsOf('/nowhere', `--zone=a=${folder}`, `--zone=b=${copy}`);
  assert.equal(same.code, 1);
  assert.match(same.stderr, /ENERGY_SAME_ACCOUNTS/);
  const twice = await recordsOf('/nowhere', `--zone=a=${folder}`, `--zone=a=${folder}/`, '--as=alice');
  assert.equal(twice.code, 2);
  assert.match(twice.stderr, /the zone "a" more than once.*the folder \S+ to more than one zone.*--as asks/);
  for (const zone of ['paris', '=/srv', 'paris=', ' =/srv'])
    assert.equal((await recordsOf(folder, `--zone=${zone}`)).code, 2, zone);
  const none = await recordsOf('/nowhere', `--zone=a=${folder}`, '--zone=b=/nowhere');
  assert.match(none.stderr, /cannot read the accounts of energy in \/nowhere/);
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
  const later = await oneext(folder, 'verify', '--from=2026-12-01', '--to=2026-12-02');
  assert.equal(later.code, 0, later.stdout);
  const all = await oneext(folder, 'verify');
  assert.equal(all.code, 1, 'damage of a month that is over is found as well');
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
