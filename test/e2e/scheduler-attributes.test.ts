/** What the scheduler finds in the templates of hosts: written at once, and not written again while little changes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { simulate, simulatedCredentials } from '../../simulator/simulate.ts';
import { get, startExporter } from '../support/exporter.ts';
import { familyOf } from '../support/samples.ts';

test('the power of each host is written once, at once, and with what the page has', async (t) => {
  const written: (readonly [number, string, number])[] = [];
  let onWritten = (): void => undefined;
  const cloud = await simulate({
    hosts: 6,
    vms: 12,
    lifetimeSeconds: 3600,
    migrationSeconds: 10,
    processes: 20,
    port: 0,
    agentsPort: 0,
    still: true,
    answer(method, [id, template, append]) {
      if (method !== 'one.host.update') return undefined;
      written.push([Number(id), String(template), Number(append)]);
      onWritten();
      return { document: String(id) };
    },
  });
  t.after(cloud.close);
  const exporter = await startExporter({
    endpoint: cloud.endpoint,
    credentials: simulatedCredentials,
    flags: [`--power.agent-url=${cloud.agentUrl}`, '--no-collector.server', '--scheduler.attributes'],
  });
  t.after(exporter.end);
  await new Promise<void>((resolve) => {
    onWritten = () => written.length >= 6 && resolve();
    onWritten();
  });
  const watts = familyOf(await get(exporter), 'opennebula_host_power_watts');
  assert.equal(Object.keys(watts).length, 6);
  for (const [id, template, append] of written) {
    assert.equal(append, 1, 'merged, not replaced');
    const shown = watts[`{one_host_id="${id}"}`]?.toFixed(1);
    assert.match(template, new RegExp(`^POWER_WATTS="${Number(shown)}"\\n`));
    assert.match(template, /^POWER_RANK="0"$/m, 'no model yet');
  }
  // Another reading, and nothing that is worth a write.
  for (let page = 0; page < 3; page += 1) await get(exporter);
  await exporter.end();
  assert.deepEqual(written.map(([id]) => id).sort(), [0, 1, 2, 3, 4, 5]);
});
