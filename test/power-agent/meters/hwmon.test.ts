import assert from 'node:assert/strict';
import test from 'node:test';
import { chooseHwmon } from '../../../power-agent/meters/hwmon.ts';

const sensor = (chip: string, file: string, label = '') => ({ folder: 'hwmon1', chip, file, label });

test('sockets of AMD count; their cores are parts of them', () => {
  const sensors = [
    sensor('amd_energy', 'energy1_input', 'Ecore000'),
    sensor('amd_energy', 'energy65_input', 'Esocket0'),
    sensor('amd_energy', 'energy66_input', 'Esocket1'),
    sensor('power_meter', 'power1_average'),
  ];
  assert.deepEqual(chooseHwmon(sensors), {
    kind: 'energy',
    sensors: [
      { folder: 'hwmon1', file: 'energy65_input', zone: 'package-0' },
      { folder: 'hwmon1', file: 'energy66_input', zone: 'package-1' },
    ],
  });
});

test("ACPI's meter is the host's; a graphics card is not", () => {
  assert.equal(chooseHwmon([sensor('amdgpu', 'power1_average'), sensor('nvme', 'power1_input')]), undefined);
  assert.deepEqual(
    chooseHwmon([sensor('amdgpu', 'power1_average'), sensor('power_meter', 'power1_average')]),
    {
      kind: 'power',
      sensor: { folder: 'hwmon1', file: 'power1_average', zone: 'power_meter' },
    },
  );
});
