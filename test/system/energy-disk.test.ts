/** Accounts on a real disk that becomes full, and one that cannot be written. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { startCountingCloud } from '../support/counting-cloud.ts';
import { type ExporterProcess, get } from '../support/exporter.ts';
import { joulesInLedger } from '../support/ledger-sums.ts';
import { familyOf } from '../support/samples.ts';
import { temporaryFolder } from '../support/temporary.ts';

const energyOf = (page: string): number =>
  familyOf(page, 'opennebula_vm_energy_joules_total')['{one_vm_id="8"}'] ?? Number.NaN;
const pageWith = async (exporter: ExporterProcess, isIt: (page: string) => boolean): Promise<string> => {
  for (;;) {
    const page = await get(exporter);
    if (isIt(page)) return page;
  }
};
const isTold = (page: string): boolean =>
  page.includes('opennebula_scrape_collector_success{collector="energy"} 0') &&
  page.includes('opennebula_scrape_collector_success{collector="power"} 1');

/** A disk of 256 kB. */
const mountDisk = (t: TestContext): string => {
  const disk = temporaryFolder(t);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=0755', 'tmpfs', disk]);
  return disk;
};

test('a full disk and one that becomes read-only are told, and nothing is lost or counted twice', async (t) => {
  const disk = mountDisk(t);
  const folder = path.join(disk, 'energy');
  const { start } = await startCountingCloud(t, { folder });
  t.after(() => execFileSync('umount', ['--lazy', disk]));
  const exporter = await start();
  const shown = energyOf(await pageWith(exporter, (page) => energyOf(page) > 0));
  const filler = path.join(disk, 'filler');
  assert.throws(() => writeFileSync(filler, Buffer.alloc(1024 * 1024)), { code: 'ENOSPC' });
  await pageWith(exporter, isTold);
  assert.match(exporter.log(), /energy is not counted.*ENOSPC/);
  const kept = await joulesInLedger(folder, 8);
  assert.ok(kept >= shown);
  rmSync(filler);
  await pageWith(exporter, (page) => energyOf(page) > kept);
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  await pageWith(exporter, isTold);
  assert.match(exporter.log(), /energy is not counted.*EROFS/);
  execFileSync('mount', ['-o', 'remount,rw', disk]);
  const after = energyOf(await pageWith(exporter, (page) => !isTold(page) && energyOf(page) > kept));
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  const second = await start();
  await pageWith(second, isTold);
  assert.match(second.log(), /energy is not counted/);
  execFileSync('mount', ['-o', 'remount,rw', disk]);
  await exporter.end();
  assert.ok((await joulesInLedger(folder, 8)) >= after);
});
