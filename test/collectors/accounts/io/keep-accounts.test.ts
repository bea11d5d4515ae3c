import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Accounts } from '../../../../collectors/accounts/accounts.ts';
import { advance } from '../../../../collectors/accounts/advance.ts';
import { fileHead } from '../../../../collectors/accounts/frames.ts';
import { type KeptEnergy, keepEnergy } from '../../../../collectors/accounts/io/keep-accounts.ts';
import { readLedger } from '../../../../collectors/accounts/io/read-ledger.ts';
import { readRows } from '../../../../collectors/accounts/rows.ts';
import type { Step } from '../../../../collectors/accounts/scene.ts';
import { madeHost, madeStep, madeVm, minute, noon, power } from '../../../support/made-accounts.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** Few steps, as each waits for the disk. */
const rules = {
  attribution: 'capacity',
  idle: 'measured',
  pue: undefined,
  longestGapMs: 60 * minute,
} as const;
const interval = 20 * minute;
const silentLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const open = (folder: string, retentionMs?: number): Promise<KeptEnergy> =>
  keepEnergy({ folder, retentionMs, log: silentLog });
/** 100 W of a host, of which a VM uses 40. */
const stepAt = (at: number): Step =>
  madeStep(at, [madeHost(0)], [madeVm(7, 0)], [[0, [power(0, at, 100, { 7: 40 })]]]);
const stepTo = async (kept: KeptEnergy, from: number, to: number): Promise<void> => {
  for (let at = from; at <= to; at += interval) {
    const step = stepAt(at);
    await kept.advance((before) => advance(before, step, rules), step);
  }
};
const always = { from: 0, to: Date.UTC(2100, 0) };

/** What reports would see. */
const readAll = async (folder: string, range = always) => {
  let [own, total, rest] = [0, 0, 0];
  const names = new Set<string>();
  const hours: number[] = [];
  let damages = 0;
  await readLedger(folder, range, {
    onHour: ({ body, hour }, isInRange) => {
      if (isInRange) hours.push(hour);
      readRows(body, {
        onVm: (_, { name, owner, group }) => void names.add([name, owner, group].join()),
        onHost: () => undefined,
        onUse(...row) {
          if (isInRange) own += row[2] + row[3];
        },
        onDraw(_, drawn, left) {
          if (!isInRange) return;
          total += drawn;
          rest += left;
        },
      });
    },
    onDamage(_, found) {
      damages += found;
    },
  });
  return { own, total, rest, names: [...names], hours, damages };
};
const sumsOf = (accounts: Accounts) => {
  const [vm, host] = [accounts.vms.get(7), accounts.hosts.get(0)];
  return { own: (vm?.own ?? 0) + (vm?.share ?? 0), total: host?.total ?? 0, rest: host?.rest ?? 0 };
};
const seen = async (folder: string) => {
  const { own, total, rest } = await readAll(folder);
  return { own, total, rest };
};

test('hours go to the ledger, days are compressed, and a report is what is shown at any moment', async (t) => {
  const folder = path.join(temporaryFolder(t), 'energy');
  const kept = await open(folder);
  for (let hour = 0; hour < 40; hour += 1) {
    await stepTo(kept, noon + hour * 60 * minute, noon + (hour * 60 + 40) * minute);
    assert.deepEqual(await seen(folder), sumsOf(kept.accounts()));
  }
  await kept.close();
  assert.deepEqual(readdirSync(folder).sort(), [
    '2026-11-28.tsv.gz',
    '2026-11-29.tsv.gz',
    '2026-11-30.tsv',
    'accounts.tsv',
  ]);
  const { own, total, rest, names, hours } = await readAll(folder);
  const minutes = 40 * 60 - 20;
  assert.deepEqual(
    [own, total, rest],
    [40, 100, 60].map((watts) => watts * minutes * 60_000),
  );
  assert.deepEqual(names, ['vm-7,alice,users']);
  assert.equal(hours.length, 40);
  assert.equal(statSync(path.join(folder, 'accounts.tsv')).mode & 0o777, 0o600);
  const day = gunzipSync(readFileSync(path.join(folder, '2026-11-29.tsv.gz'))).toString();
  const lines = day.split('\n').map((line) => line.split('\t'));
  assert.deepEqual(
    lines.filter(([kind]) => kind === 'vm'),
    // After eight blocks again: a damaged block hides names of eight hours at most.
    Array.from({ length: 3 }, () => ['vm', '7', 'vm-7', 'alice', 'users']),
  );
  assert.deepEqual(
    lines.find(([kind]) => kind === 'use'),
    ['use', '7', '0', '144000000', '0', '3600', '0', '3600'],
  );
});

test('a part of a day, with the names that stand before it', async (t) => {
  const folder = path.join(temporaryFolder(t), 'energy');
  const kept = await open(folder);
  await stepTo(kept, noon, noon + 300 * minute);
  await kept.close();
  const { own, names, hours } = await readAll(folder, { from: noon + 60 * minute, to: noon + 180 * minute });
  assert.deepEqual([own, names, hours.length], [40 * 120 * 60_000, ['vm-7,alice,users'], 2]);
});

test('a folder as a crash leaves it at any moment: nothing is counted twice, nothing shown is lost', async (t) => {
  const base = temporaryFolder(t);
  const folder = path.join(base, 'energy');
  const day = path.join(folder, '2026-11-28.tsv');
  const kept = await open(folder);
  await stepTo(kept, noon, noon + 40 * minute);
  mkdirSync(day); // in the way of the ledger
  await assert.rejects(stepTo(kept, noon + 60 * minute, noon + 60 * minute), { code: 'ENERGY_LEDGER' });
  const shown = sumsOf(kept.accounts());
  const before = readFileSync(path.join(folder, 'accounts.tsv'));
  rmdirSync(day);
  await stepTo(kept, noon + 60 * minute, noon + 60 * minute);
  await kept.close();
  const after = readFileSync(path.join(folder, 'accounts.tsv'));
  const ledger = readFileSync(day);
  const moments = [0, 1, fileHead.length, fileHead.length + 30, ledger.length - 1, ledger.length]
    .map((size) => ({ state: before, size }))
    .concat({ state: after, size: ledger.length });
  for (const [number, { state, size }] of moments.entries()) {
    const crashed = path.join(base, `crashed-${number}`);
    mkdirSync(crashed);
    writeFileSync(path.join(crashed, 'accounts.tsv'), state);
    writeFileSync(path.join(crashed, '2026-11-28.tsv'), ledger.subarray(0, size));
    assert.deepEqual(await seen(crashed), shown, `read at ${number}`);
    const again = await open(crashed);
    assert.deepEqual(sumsOf(again.accounts()), shown);
    await stepTo(again, noon + 80 * minute, noon + 140 * minute);
    assert.deepEqual(await seen(crashed), sumsOf(again.accounts()), `gone on at ${number}`);
    assert.equal((await readAll(crashed)).damages, 0);
    await again.close();
  }
});

test('a second exporter is told; the lock of one that was killed does not count', async (t) => {
  const folder = path.join(temporaryFolder(t), 'energy');
  const kept = await open(folder);
  await assert.rejects(open(folder), { code: 'ENERGY_IN_USE' });
  await stepTo(kept, noon, noon + 2 * minute);
  await kept.close();
  writeFileSync(path.join(folder, 'lock'), '4194305 boot 1\n');
  await (await open(folder)).close();
  assert.equal(existsSync(path.join(folder, 'lock')), false);
});

test('a fault of the program is not called one of the folder', async (t) => {
  const kept = await open(path.join(temporaryFolder(t), 'energy'));
  const attempt = kept.advance(() => {
    throw new RangeError('the parts of 1 mJ sum to 2 mJ');
  }, stepAt(noon));
  await assert.rejects(attempt, RangeError);
  await stepTo(kept, noon, noon);
  await kept.close();
});

test('files of another version are left alone, and nothing is kept', async (t) => {
  const folder = path.join(temporaryFolder(t), 'energy');
  const kept = await open(folder);
  await stepTo(kept, noon, noon + 61 * minute);
  await kept.close();
  for (const name of ['accounts.tsv', '2026-11-28.tsv']) {
    const file = path.join(folder, name);
    const content = readFileSync(file);
    writeFileSync(file, content.toString().replace('version 2', 'version 3'));
    const attempt = async (): Promise<void> => {
      const again = await open(folder);
      await stepTo(again, noon + 80 * minute, noon + 140 * minute).finally(() => again.close());
    };
    await assert.rejects(attempt, { code: 'ENERGY_LEDGER' });
    assert.match(readFileSync(file, 'utf8'), /version 3/);
    writeFileSync(file, content);
  }
});

test('a folder that cannot be made or written fails with its path', async (t) => {
  const base = temporaryFolder(t);
  writeFileSync(path.join(base, 'file'), '');
  for (const folder of [
    path.join(base, 'file', 'energy'),
    path.join(base, 'no', 'energy'),
    path.join(base, 'file'),
  ])
    await assert.rejects(open(folder), { code: 'ENERGY_FOLDER' });
});

test('sums that cannot be understood are put aside, and the ledger goes on', async (t) => {
  const folder = path.join(temporaryFolder(t), 'energy');
  const kept = await open(folder);
  await stepTo(kept, noon, noon + 140 * minute);
  await kept.close();
  const file = path.join(folder, 'accounts.tsv');
  truncateSync(file, statSync(file).size - 1);
  const again = await open(folder);
  await stepTo(again, noon + 160 * minute, noon + 200 * minute);
  await again.close();
  assert.ok(existsSync(`${file}.unreadable`));
  // Two whole hours from before, and what came after; the hour that was running is lost.
  assert.equal((await readAll(folder)).own, 40 * (120 + 40) * 60_000);
});

test('damage of the last block is seen, and stays to be seen when the day is over', async (t) => {
  const folder = path.join(temporaryFolder(t), 'energy');
  const kept = await open(folder);
  await stepTo(kept, noon, noon + 60 * minute);
  await kept.close();
  const file = path.join(folder, '2026-11-28.tsv');
  const bytes = readFileSync(file);
  const last = bytes.length - 3;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  assert.equal((await readAll(folder)).damages, 1);
  const again = await open(folder);
  await stepTo(again, noon + 80 * minute, noon + 14 * 60 * minute);
  await again.close();
  assert.deepEqual([(await readAll(folder)).damages, existsSync(file)], [1, true]);
});

test('a clock that was set back between two exporters: what comes is counted', async (t) => {
  const folder = path.join(temporaryFolder(t), 'energy');
  const kept = await open(folder);
  await stepTo(kept, noon + 180 * minute, noon + 220 * minute);
  await kept.close();
  const again = await open(folder);
  await stepTo(again, noon, noon + 40 * minute);
  assert.equal(sumsOf(again.accounts()).own, 40 * (40 + 40) * 60_000);
  await again.close();
});

test('a clock that was set while an exporter ran: the next one has no time that was not', async (t) => {
  const folder = path.join(temporaryFolder(t), 'energy');
  const kept = await open(folder);
  const ahead = { wallOffsetMs: 60 * minute, zoneOffsetMs: 0 };
  for (const at of [noon, noon + interval]) {
    const step = { ...stepAt(at), calendar: ahead };
    await kept.advance((before) => advance(before, step, rules), step);
  }
  await kept.close();
  const again = await open(folder);
  await stepTo(again, noon + 60 * minute + 2 * interval, noon + 60 * minute + 6 * interval);
  const vm = again.accounts().vms.get(7);
  assert.equal((vm?.measuredMs ?? 0) + (vm?.unmeasuredMs ?? 0), 6 * interval);
  await again.close();
});

test('a clock that is ahead for a moment costs no day', async (t) => {
  const folder = path.join(temporaryFolder(t), 'energy');
  const kept = await open(folder, 24 * 60 * minute);
  await stepTo(kept, noon, noon + 60 * minute);
  const wrong = {
    ...stepAt(noon + 80 * minute),
    calendar: { wallOffsetMs: 3650 * 1440 * minute, zoneOffsetMs: 0 },
  };
  await kept.advance((before) => advance(before, wrong, rules), wrong);
  await kept.close();
  assert.ok(readdirSync(folder).some((name) => name.startsWith('2026-11-28.tsv')));
});

test('days that are older than what is kept are removed', async (t) => {
  const folder = path.join(temporaryFolder(t), 'energy');
  const kept = await open(folder, 24 * 60 * minute);
  for (const day of [0, 1, 2, 3])
    await stepTo(kept, noon + day * 1440 * minute, noon + (day * 1440 + 2) * minute);
  await kept.close();
  assert.deepEqual(readdirSync(folder).sort(), ['2026-11-30.tsv.gz', '2026-12-01.tsv', 'accounts.tsv']);
});
