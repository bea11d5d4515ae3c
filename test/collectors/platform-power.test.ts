import assert from 'node:assert/strict';
import test from 'node:test';
import { platformPowerCollector } from '../../collectors/platform-power.ts';
import type { SupplyFactor } from '../../collectors/supply-factor.ts';
import { encodeFamilies } from '../../lib/prometheus/exposition.ts';
import { watts } from '../../lib/units/units.ts';
import { defaultSettings, emptyDocuments } from '../support/documents.ts';

test('a machine has its power and its source; a factor that cannot be true has a reason instead of a value', () => {
  const host = (id: number, value: number, factor: SupplyFactor) =>
    [id, { reading: { source: 'dcmi', watts: watts(value), bmcNames: [] }, factor }] as const;
  const platform = new Map([host(3, 220, 1.75), host(4, 90, 'below_one'), host(5, 80, 'host_power_unknown')]);
  const families = platformPowerCollector.collect({ ...emptyDocuments, platform }, defaultSettings);
  assert.deepEqual(
    encodeFamilies(families, 'prometheus')
      .toString()
      .split('\n')
      .filter((line) => !line.startsWith('#') && line !== ''),
    [
      'opennebula_host_platform_power_watts{one_host_id="3",source="dcmi"} 220',
      'opennebula_host_platform_power_watts{one_host_id="4",source="dcmi"} 90',
      'opennebula_host_platform_power_watts{one_host_id="5",source="dcmi"} 80',
      'opennebula_host_supply_factor{one_host_id="3"} 1.75',
      'opennebula_host_supply_factor_unknown_info{one_host_id="4",reason="below_one"} 1',
      'opennebula_host_supply_factor_unknown_info{one_host_id="5",reason="host_power_unknown"} 1',
    ],
  );
});
