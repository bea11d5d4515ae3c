/** What the exporter has learnt of hosts, over its own end and start. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { formatLearntHosts } from '../../collectors/kept-models.ts';
import { emptyPowerModel, observePower } from '../../lib/power-model/power-model.ts';
import { startExporter } from '../support/exporter.ts';
import { kvmHostPool, startRecordedFrontEnd } from '../support/recorded-front-end.ts';
import { readSamples } from '../support/samples.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** The recorded host 0 has 8 CPUs: 60 W idle, and 5 W more for each busy CPU. */
const learntDocument = (): string => {
  let model = emptyPowerModel(8);
  for (let time = 0; time < 120; time += 1) {
    const busy = (time * 5) % 8;
    model = observePower(model, busy, 60 + 5 * busy);
  }
  return formatLearntHosts(
    new Map([[0, { name: 'h1', use: undefined, model, observed: 120, known: undefined }]]),
  );
};

test('a host that was known is known after a start, and is kept at the end', async (t) => {
  const frontEnd = await startRecordedFrontEnd((method) =>
    method === 'one.hostpool.info' ? kvmHostPool() : undefined,
  );
  t.after(() => frontEnd.close());
  const stateFolder = temporaryFolder(t);
  const file = path.join(stateFolder, 'host-models.json');
  const document = learntDocument();
  writeFileSync(file, document);
  for (let start = 0; start < 2; start += 1) {
    const exporter = await startExporter({
      endpoint: `http://127.0.0.1:${frontEnd.port}/RPC2`,
      flags: ['--power.agent-url=http://127.0.0.1:1/metrics', '--no-collector.server'],
      stateFolder,
    });
    try {
      const samples = readSamples(await (await fetch(`${exporter.url}/metrics`)).text());
      assert.equal(Math.round(samples.get('opennebula_host_idle_watts{one_host_id="0"}') ?? 0), 60);
      assert.equal(Math.round(samples.get('opennebula_host_watts_per_cpu{one_host_id="0"}') ?? 0), 5);
    } finally {
      await exporter.end();
    }
    assert.equal(readFileSync(file, 'utf8'), document);
  }
});
