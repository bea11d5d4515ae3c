/**
 * Which of a machine's IPMI sensors tells its power. Vendors name them freely; Telegraf writes names in lower case,
 * with `_` for spaces. Percent is no power, and 0 W is what a BMC says that does not measure.
 */
import type { PlatformEntry } from './platform-power.ts';

const dcmi = 'instantaneous_power_reading';

/** Sensors of whole machines: Dell, Lenovo, HPE, Fujitsu, Cisco and boards of others. */
const vendorTotals: readonly string[] = [
  'pwr_consumption',
  'power_meter',
  'system_level',
  'sys_power',
  'sys_total_power',
  'system_power',
  'total_power',
  'total_pwr',
  'power_usage',
  'chassis_power',
  'pw_consumption',
];

const supply = /^(?:ps|psu|pws|power_supply|psu_)_?(\d+)_?(.*)$/;
const input = /^(?:ac_)?(?:input_?(?:power|pwr|watts)?|(?:power|pwr)_in(?:put)?|pin|in_?power|power_in)$/;
const output = /^(?:dc_)?(?:output_?(?:power|pwr|watts)|(?:power|pwr)_out(?:put)?|pout|out_?power)$/;

const directionOf = (what: string): 'psu_input' | 'psu_output_dc' | undefined => {
  if (input.test(what)) return 'psu_input';
  return output.test(what) ? 'psu_output_dc' : undefined;
};

const supplyEntry = (
  name: string,
  labels: ReadonlyMap<string, string>,
  value: number,
): Omit<PlatformEntry, 'bmcNames'> | undefined => {
  const [, id, what] = supply.exec(name) ?? [];
  const source = what === undefined ? undefined : directionOf(what);
  if (id === undefined || source === undefined) return undefined;
  const isSilent = labels.get('unit') !== 'watts' || labels.get('status_code') === 'ns';
  if (!isSilent) return { source, id, watts: value };
  // The first version of the input leaves out what has no reading, and writes what is disabled without its unit.
  const isOff = labels.get('status_desc') === 'disabled' || (labels.get('status_code') ?? '') === '';
  return { source, id, watts: isOff ? 'off' : undefined };
};

/** @param labels of a sample of ipmi_sensor; `undefined` where it tells nothing of the machine's power */
export const ipmiEntry = (
  labels: ReadonlyMap<string, string>,
  value: number,
): Omit<PlatformEntry, 'bmcNames'> | undefined => {
  const name = labels.get('name') ?? '';
  const ofSupply = supplyEntry(name, labels, value);
  if (ofSupply !== undefined) return ofSupply;
  if (labels.get('unit') !== 'watts' || labels.get('status_code') === 'ns') return undefined;
  if (name === dcmi) return { source: 'dcmi', id: '', watts: value };
  return vendorTotals.includes(name) ? { source: 'vendor_total', id: '', watts: value } : undefined;
};
