/** Which numbers of a page are the power of a machine. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { readAgentPages } from '../../support/agent-pages.ts';

const lines = (name: string, samples: readonly string[]): string =>
  samples.map((sample) => `${name}{${sample}\n`).join('');
const platformOf = (...texts: readonly string[]): unknown =>
  readAgentPages([`${texts.join('')}process_open_fds 1\n`])[0]?.platform.map(({ source, watts, bmcNames }) =>
    [source, watts, ...bmcNames].join(' '),
  );
const ipmi = (...sensors: readonly (readonly [name: string, value: number | string, rest?: string])[]) =>
  lines(
    'ipmi_sensor',
    sensors.map(([name, value, rest = 'unit="watts"']) => `host="hv1",name="${name}",${rest}} ${value}`),
  );

test('IPMI: DCMI before a total of the vendor, that before the supplies', () => {
  const supplies = [
    ['ps1_input_power', 112],
    ['ps2_input_power', 108],
  ] as const;
  assert.deepEqual(platformOf(ipmi(['instantaneous_power_reading', 220], ['pwr_consumption', 221])), [
    'dcmi 220',
  ]);
  assert.deepEqual(
    platformOf(ipmi(['instantaneous_power_reading', 0], ['pwr_consumption', 221], ...supplies)),
    ['vendor_total 221'],
  );
  assert.deepEqual(platformOf(ipmi(...supplies)), ['psu_input 220']);
  for (const total of ['power_meter', 'system_level', 'sys_power', 'total_power'])
    assert.deepEqual(platformOf(ipmi([total, 5])), ['vendor_total 5']);
});

test('percent, averages, limits and absurd values are no power', () => {
  assert.deepEqual(
    platformOf(
      ipmi(
        ['ps1_curr_out_%', 28, 'unit="percent"'],
        ['average_power_reading_over_sample_period', 214],
        ['maximum_during_sampling_period', 422],
        ['pwr_consumption', 220, 'unit="percent"'],
        ['pwr_consumption', 220, 'unit=""'],
        ['power_meter', -4],
        ['system_level', 'NaN'],
        ['sys_power', '1e9'],
        ['power_supply_1', 110],
        ['cpu_power', 95],
      ),
    ),
    [],
  );
});

test('a sum of supplies takes all that are on, or there is none', () => {
  const first = ['ps1_input_power', 112] as const;
  const silent = 'entity_id="10.2",status_code="ns",status_desc="no_reading"';
  const disabled = 'entity_id="10.2",status_code="ns",status_desc="disabled",unit=""';
  assert.deepEqual(platformOf(ipmi(first, ['ps2_input_power', 0, silent])), []);
  assert.deepEqual(platformOf(ipmi(first, ['ps2_input_power', 0, disabled])), ['psu_input 112']);
  assert.deepEqual(platformOf(ipmi(first, ['ps2_input_power', 0, 'unit=""'])), ['psu_input 112']);
  assert.deepEqual(platformOf(ipmi(first, ['ps3_input_power', 108])), []);
  assert.deepEqual(platformOf(ipmi(first, ['ps2_input_power', 0])), ['psu_input 112']);
  assert.deepEqual(platformOf(ipmi(['psu1_power_out', 103], ['psu2_power_out', 99])), ['psu_output_dc 202']);
});

const redfish = (metric: string, ...samples: readonly string[]): string =>
  lines(
    `redfish_power_${metric}`,
    samples.map((sample) => `address="192.0.2.1",source="bmc1",${sample}`),
  );

test('Redfish: the control of the whole machine, not its parts and not their sum', () => {
  const consumed = 'powercontrol_power_consumed_watts';
  const parts = ['member_id="1",name="CPU"} 99', 'member_id="2",name="Memory"} 300'];
  assert.deepEqual(platformOf(redfish(consumed, ...parts, 'member_id="0",name="System"} 220')), [
    'redfish 220 192.0.2.1 bmc1',
  ]);
  assert.deepEqual(platformOf(redfish(consumed, ...parts, 'member_id="0",name="System"} 0')), []);
  assert.deepEqual(platformOf(redfish(consumed, ...parts)), []);
  assert.deepEqual(platformOf(redfish(consumed, 'member_id="Ctl-A"} 99', 'member_id="Ctl-B"} 220')), [
    'redfish 220 192.0.2.1 bmc1',
  ]);
});

test('Redfish: supplies that are not enabled need not tell; one that gives and does not tell spoils the sum', () => {
  const input = 'powersupplies_power_input_watts';
  const output = 'powersupplies_power_output_watts';
  const supply = (id: string, value: number, state = 'Enabled') =>
    `member_id="${id}",state="${state}"} ${value}`;
  assert.deepEqual(platformOf(redfish(input, supply('0', 112), supply('1', 0, 'Absent'))), [
    'psu_input 112 192.0.2.1 bmc1',
  ]);
  assert.deepEqual(
    platformOf(
      redfish(input, supply('0', 112), supply('1', 0)),
      redfish(output, supply('0', 103), supply('1', 99)),
    ),
    ['psu_output_dc 202 192.0.2.1 bmc1'],
  );
});

test('each BMC has its own reading', () => {
  const dcmi = (server: string, value: number) =>
    ['instantaneous_power_reading', value, `server="${server}",unit="watts"`] as const;
  assert.deepEqual(platformOf(ipmi(dcmi('192.0.2.11', 220), dcmi('192.0.2.12', 310))), [
    'dcmi 220 192.0.2.11',
    'dcmi 310 192.0.2.12',
  ]);
});
