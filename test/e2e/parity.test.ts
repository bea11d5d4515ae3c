/** Sample for sample what the stock exporter says of the same cloud. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { serverUnits } from '../../collectors/server.ts';
import { repositoryPath } from '../support/expected.ts';
import { get, startExporter, systemctlOutput } from '../support/exporter.ts';
import { startRecordedFrontEnd } from '../support/recorded-front-end.ts';
import { readSamples } from '../support/samples.ts';

const fixture = (name: string): string =>
  readFileSync(repositoryPath('test/fixtures/opennebula', name), 'utf8');

/** The name of the machine is not part of what is compared. */
const comparable = (page: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...readSamples(page)].map(([series, value]) => [
      series.replace(/one_server_fqdn="[^"]*"/, 'one_server_fqdn="front-end"'),
      value,
    ]),
  );

const inactive = systemctlOutput(Object.fromEntries(serverUnits.map((unit) => [unit, 'inactive'])));

/** Families that the stock exporter does not have. */
const isOurs = (series: string): boolean =>
  /^(?:nodejs_|process_|opennebula_(?:up|scrape_|exporter_|power_agent_|host_power_watts|vm_ut_flavours|vm_info|vm_power_))/.test(
    series,
  );

const ourPage = async (): Promise<string> => {
  const frontEnd = await startRecordedFrontEnd();
  const exporter = await startExporter({
    endpoint: `http://127.0.0.1:${frontEnd.port}/RPC2`,
    systemctl: inactive,
  });
  try {
    return await get(exporter);
  } finally {
    await exporter.end();
    await frontEnd.close();
  }
};

test('the recorded answers give the samples of the stock collectors, no more and no less', async () => {
  const ours = Object.entries(comparable(await ourPage())).filter(([series]) => !isOurs(series));
  const stock = comparable(fixture('stock-collectors-on-recorded-answers.prom'));
  assert.deepEqual(Object.fromEntries(ours), stock);
  assert.equal(ours.length, 136);
});

test('where the page recorded from the stock exporter speaks of objects that had not changed, ours says the same', async () => {
  const ours = comparable(await ourPage());
  const recorded = comparable(fixture('exporter-metrics.txt'));
  // An hour lies between the two: hosts 3 to 6, datastore 100 and VMs 11 and 12 came, and the disk below the
  // file datastore filled. What both know is compared.
  const came =
    /one_host_id="[3-6]"|one_datastore_id="100"|one_vm_id="1[12]"|_total$|datastore_(?:used|free)_bytes\{one_datastore_id="2"/;
  const changed = Object.entries(recorded).filter(
    ([series, value]) => !came.test(series) && ours[series] !== value,
  );
  assert.deepEqual(
    changed.map(([series]) => series),
    [],
  );
});

test('every family of the stock exporter stands on the page, with its type and help', async () => {
  const page = await ourPage();
  const families = [
    ...fixture('exporter-metric-list.md').matchAll(
      /^\| \w+ \| (opennebula_\w+) \| (\w+) \| [^|]* \| (.*) \|$/gm,
    ),
  ];
  assert.equal(families.length, 40);
  for (const [, name, type, help] of families) {
    assert.ok(page.includes(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`), name);
  }
});
