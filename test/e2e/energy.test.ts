/** Energy as Prometheus sees it: counted whether or not anybody scrapes, and over kills of the exporter. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { startCountingCloud } from '../support/counting-cloud.ts';
import { type ExporterProcess, get } from '../support/exporter.ts';
import { joulesInLedger } from '../support/ledger-sums.ts';
import { runProgram } from '../support/program.ts';
import { httpAnswer, startRawServer } from '../support/raw-server.ts';
import { familyOf } from '../support/samples.ts';
import { temporaryFolder } from '../support/temporary.ts';

const sampleOf = (page: string, name: string, labels: string): number =>
  familyOf(page, name)[`{${labels}}`] ?? Number.NaN;
const energyOf = (page: string): number =>
  sampleOf(page, 'opennebula_vm_energy_joules_total', 'one_vm_id="8"');

const carbonOf = (page: string): number =>
  sampleOf(page, 'opennebula_vm_carbon_grams_total', 'one_vm_id="8"');

/** The first page on which the VM has more energy than that. */
const pageAbove = async (exporter: ExporterProcess, joules: number): Promise<string> => {
  for (;;) {
    const page = await get(exporter);
    if (energyOf(page) > joules) return page;
  }
};

test('energy is counted without a scrape, survives a kill, and what an agent counted meanwhile is added', async (t) => {
  const { folder, start, askedTimes } = await startCountingCloud(t);
  const rates = path.join(temporaryFolder(t), 'oneext.yaml');
  writeFileSync(
    rates,
    'energy: { co2: [{ host: 1, grams_per_kwh: 3600, source: solar roof }], prices: [{ per_kwh: 0.25, currency: EUR }] }',
  );
  const flags = ['--energy.idle=equal', `--config.file=${rates}`];
  const first = await start(...flags);
  await askedTimes(2); // nobody has scraped
  const before = await pageAbove(first, 0);
  await first.kill();
  const second = await start(...flags);
  // CO2 is counted when energy has been: a page in between has none of it yet, or that of the step before.
  let after = await pageAbove(second, energyOf(before));
  while (!(carbonOf(after) > (carbonOf(before) || 0))) after = await get(second);
  const host = sampleOf(after, 'opennebula_host_energy_joules_total', 'one_host_id="1"');
  const rest = sampleOf(after, 'opennebula_host_unassigned_energy_joules_total', 'one_host_id="1"');
  const vms = Object.values(familyOf(after, 'opennebula_vm_energy_joules_total'));
  assert.ok(Math.abs(vms.reduce((sum, one) => sum + one, 0) + rest - host) < 1e-6 * host);
  assert.match(after, /^opennebula_energy_accounting_info\{attribution="capacity",idle="equal"\} 1$/m);
  assert.ok(sampleOf(after, 'opennebula_vm_power_watts', 'one_vm_id="8",part="own"') > 0);
  const intensity = 'one_host_id="1",source="solar roof"';
  assert.equal(sampleOf(after, 'opennebula_host_carbon_intensity_grams_per_kwh', intensity), 3600);
  const price = 'currency="EUR",one_host_id="1"';
  assert.equal(sampleOf(after, 'opennebula_host_energy_price_per_kwh', price), 0.25);
  // 3600 g a kilowatt-hour are a gram a kilojoule; the first step of all is not in it.
  const [grams, joules] = [carbonOf(after), energyOf(after)];
  assert.ok(grams <= (joules / 1000) * (1 + 1e-9), `${grams} g of ${joules} J`); // but for rounding
  await second.end();
  assert.ok((await joulesInLedger(folder, 8)) >= energyOf(after));
  assert.equal(existsSync(path.join(folder, 'lock')), false);
});

test('a VM is charged for what it added, and the site draws more than its machines', async (t) => {
  const { start } = await startCountingCloud(t);
  const exporter = await start('--energy.attribution=marginal', '--energy.pue=1.5');
  const page = await pageAbove(exporter, 1);
  const ofHost = (name: string): number => sampleOf(page, name, 'one_host_id="1"');
  const host = ofHost('opennebula_host_energy_joules_total');
  assert.ok(Math.abs(energyOf(page) - host / 10) < 0.01, `${energyOf(page)} of ${host}`);
  assert.ok(Math.abs(ofHost('opennebula_host_site_energy_joules_total') - host * 1.5) < 0.01);
  assert.doesNotMatch(page, /^opennebula_host_supply_energy_joules_total\{/m);
  assert.match(page, /^opennebula_energy_accounting_info\{attribution="marginal",idle="measured"\} 1$/m);
});

/** Answers for this hour, as Electricity Maps does, with a token. */
const startService = async (t: TestContext) => {
  const tokenFile = path.join(temporaryFolder(t), 'token');
  writeFileSync(tokenFile, 'secret-1\n', { mode: 0o600 });
  let isDown = false;
  const service = await startRawServer((request) => {
    if (isDown) return 'reset';
    if (!request.includes('\r\nauth-token: secret-1\r\n'))
      return { bytes: httpAnswer('401 Unauthorized', '{"error":"Invalid auth-token"}') };
    const answer = { zone: 'FR', carbonIntensity: 3600, datetime: new Date().toISOString() };
    return { bytes: httpAnswer('200 OK', JSON.stringify(answer)) };
  });
  t.after(() => service.close());
  const flags = [
    `--energy.co2-url=http://127.0.0.1:${service.port}/v3/carbon-intensity/latest?zone=FR`,
    `--energy.co2-token-file=${tokenFile}`,
  ];
  return {
    flags,
    goDown() {
      isDown = true;
    },
  };
};

test('a service is asked for the CO2 of the hour, and the report has it when the service is gone', async (t) => {
  const { folder, start } = await startCountingCloud(t, { gridZone: 'FR' });
  const service = await startService(t);
  const exporter = await start('--energy.idle=equal', ...service.flags);
  let page = await get(exporter);
  while (!(carbonOf(page) > 0)) page = await get(exporter);
  const intensity = 'one_host_id="1",source="Electricity Maps, hourly"';
  assert.equal(sampleOf(page, 'opennebula_host_carbon_intensity_grams_per_kwh', intensity), 3600);
  assert.equal(existsSync(path.join(folder, 'co2-hours.json')), true);
  await exporter.end();
  assert.doesNotMatch(exporter.log(), /secret-1/);
  service.goDown();
  const report = await runProgram('dist/oneext', {
    argv: [
      ...['energy', 'report', '--from=2026-01-01', '--format=json', '--by=host', '--config.file=/dev/null'],
      ...[`--energy.directory=${folder}`, ...service.flags],
    ],
    env: { PATH: '/usr/bin:/bin' },
  });
  assert.match(
    report.stderr,
    /gives no answer that can be used.*CO2 is that of the hours which the exporter has kept/,
  );
  const host = JSON.parse(report.stdout).RECORDS.find(({ HOST_ID: id }: { HOST_ID: number }) => id === 1);
  assert.equal(host.CO2_SOURCE, 'Electricity Maps, hourly');
  assert.ok(Math.abs(host.CO2_G - host.ENERGY_KWH * 3600 * host.CO2_COVERAGE) < 1e-9, report.stdout);
});

test('a second exporter on the folder says so, and serves all else', async (t) => {
  const { start, askedTimes } = await startCountingCloud(t);
  await start();
  await askedTimes(1);
  const second = await start();
  const isTold = (page: string): boolean =>
    page.includes('opennebula_scrape_collector_success{collector="energy"} 0');
  let page = await get(second);
  while (!isTold(page)) page = await get(second);
  assert.match(second.log(), /energy is not counted.*kept by another exporter/);
  assert.match(page, /opennebula_scrape_collector_success\{collector="power"\} 1/);
  assert.deepEqual(familyOf(page, 'opennebula_vm_energy_joules_total'), {});
});

test('accounts that are turned off leave no trace', async (t) => {
  const { start, folder } = await startCountingCloud(t);
  const exporter = await start('--no-collector.energy');
  const page = await get(exporter);
  assert.doesNotMatch(page, /opennebula_vm_energy_joules_total/);
  assert.equal(existsSync(folder), false);
});
