/** The power and energy of GPUs, from OpenNebula's monitoring to the page. */
import assert from 'node:assert/strict';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { simulate, simulatedCredentials } from '../../simulator/simulate.ts';
import { get, startExporter } from '../support/exporter.ts';
import { familyOf } from '../support/samples.ts';
import { temporaryFolder } from '../support/temporary.ts';

const startCloud = async (t: TestContext, gpus: boolean) => {
  const cloud = await simulate({
    hosts: 2,
    vms: 30,
    lifetimeSeconds: 3600,
    migrationSeconds: 10,
    processes: 20,
    port: 0,
    agentsPort: 0,
    still: false,
    gpus,
  });
  t.after(cloud.close);
  const exporter = await startExporter({
    endpoint: cloud.endpoint,
    credentials: simulatedCredentials,
    flags: [
      `--power.agent-url=${cloud.agentUrl}`,
      '--no-collector.server',
      `--energy.directory=${path.join(temporaryFolder(t), 'energy')}`,
      '--energy.interval=1s',
      '--power.monitoring-interval=5s',
    ],
  });
  t.after(exporter.end);
  return exporter;
};

test('GPUs of VMs have power, and energy that is a part of the energy of their VM', async (t) => {
  const exporter = await startCloud(t, true);
  const page = await get(exporter);
  const power = familyOf(page, 'opennebula_vm_gpu_power_watts');
  assert.ok(Object.keys(power).length >= 2, 'VMs 3, 13 and 23 have GPUs, and one of them may not run');
  for (const [labels, watts] of Object.entries(power)) {
    assert.match(labels, /^\{one_vm_id="(?:3|13|23)"\}$/);
    assert.ok(watts >= 60 && watts <= 700, String(watts));
  }
  let counted = '';
  let gpuEnergy: Readonly<Record<string, number>> = {};
  while (Object.keys(gpuEnergy).length === 0) {
    counted = await get(exporter);
    gpuEnergy = familyOf(counted, 'opennebula_vm_gpu_energy_joules_total');
  }
  const seconds = familyOf(counted, 'opennebula_vm_gpu_measured_seconds_total');
  const energy = familyOf(counted, 'opennebula_vm_energy_joules_total');
  const parts = familyOf(counted, 'opennebula_vm_power_watts');
  for (const [labels, joules] of Object.entries(gpuEnergy)) {
    const watts = joules / (seconds[labels] ?? Number.NaN);
    assert.ok(watts >= 60 && watts <= 700, `${watts} W`);
    assert.ok((energy[labels] ?? 0) >= joules);
    assert.ok((parts[labels.replace('}', ',part="gpu"}')] ?? 0) >= 60, Object.keys(parts).join('\n'));
  }
});

test('where no VM has a GPU, nothing is asked and nothing is shown', async (t) => {
  const exporter = await startCloud(t, false);
  await get(exporter);
  const page = await get(exporter);
  assert.match(page, /opennebula_exporter_one_calls_total\{method="one.vmpool.info/);
  assert.doesNotMatch(page, /one\.vmpool\.monitoring/);
  assert.doesNotMatch(page, /^opennebula_vm_gpu_/m);
});
