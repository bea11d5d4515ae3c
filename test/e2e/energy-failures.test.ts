/** What an exporter does while its accounts cannot be written: it says so, serves all else, and loses nothing. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { promisify } from 'node:util';
import { startCountingCloud } from '../support/counting-cloud.ts';
import { type ExporterProcess, get } from '../support/exporter.ts';
import { joulesInLedger } from '../support/ledger-sums.ts';
import { familyOf } from '../support/samples.ts';

const energyOf = (page: string): number =>
  familyOf(page, 'opennebula_vm_energy_joules_total')['{one_vm_id="8"}'] ?? Number.NaN;
const pageWith = async (exporter: ExporterProcess, isIt: (page: string) => boolean): Promise<string> => {
  for (;;) {
    const page = await get(exporter);
    if (isIt(page)) return page;
  }
};
const isTold = (page: string): boolean =>
  page.includes('opennebula_scrape_collector_success{collector="energy"} 0');
/** How much the exporter can write into one file, as a disk on which no more is left. */
const limitFiles = (exporter: ExporterProcess, bytes: string): Promise<unknown> =>
  promisify(execFile)('prlimit', ['--pid', String(exporter.pid), `--fsize=${bytes}:`]);

test('a disk without space: the exporter says so and serves all else, and no joule is lost when there is space again', async (t) => {
  // Node 20.11 writes by io_uring otherwise, which no limit of the process holds.
  const { start, folder } = await startCountingCloud(t, { environment: { UV_USE_IO_URING: '0' } });
  const exporter = await start();
  const shown = energyOf(await pageWith(exporter, (page) => energyOf(page) > 0));
  await limitFiles(exporter, '100');
  const page = await pageWith(exporter, isTold);
  assert.match(page, /opennebula_scrape_collector_success\{collector="power"\} 1/);
  assert.match(page, /^opennebula_vm_power_consumption_uW\{.*one_vm_id="8"/m);
  assert.match(page, /^opennebula_vm_energy_joules_total\{one_vm_id="8"\}/m); // as it was written last
  assert.match(exporter.log(), /energy is not counted.*(?:EFBIG|ENOSPC)/);
  const kept = await joulesInLedger(folder, 8);
  assert.ok(kept >= energyOf(page) && kept >= shown, `${kept} J are on the disk, ${shown} J were shown`);
  await limitFiles(exporter, 'unlimited');
  const after = energyOf(await pageWith(exporter, (one) => energyOf(one) > kept));
  assert.match(exporter.log(), /energy is counted again/);
  await exporter.end();
  assert.ok((await joulesInLedger(folder, 8)) >= after);
});
