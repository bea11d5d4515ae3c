/** What power supplies tell of a machine, where pages are cut and BMCs leave things out. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { readAgentPages } from '../../support/agent-pages.ts';

const supply = (what: string, labels: string, watts: number): string =>
  `redfish_power_powersupplies_power_${what}_watts{address="192.0.2.1",${labels},source="b"} ${watts}`;
const machineOf = (...lines: readonly string[]): readonly string[] =>
  (readAgentPages([`${lines.join('\n')}\n`])[0]?.platform ?? []).map(
    ({ source, watts }) => `${source} ${watts}`,
  );

test('what supplies give is not told where one of them may be missing, and no input names it', () => {
  const capacity = ['0', '1'].map((id) => supply('capacity', `member_id="${id}"`, 750));
  const [first = '', second = ''] = ['0', '1'].map((id) => supply('output', `member_id="${id}"`, 101));
  assert.deepEqual(machineOf(...capacity, first), []);
  assert.deepEqual(machineOf(...capacity, first, second), ['psu_output_dc 202']);
  assert.deepEqual(machineOf('ipmi_sensor{name="psu1_pout",unit="watts"} 103'), []);
});

test('of two BMCs, one with all of its supplies does not answer for the other', () => {
  const of = (bmc: string, what: string, id: string): string =>
    supply(what, `member_id="${id}"`, 101).replace('192.0.2.1', bmc);
  const capacity = ['a', 'b'].flatMap((bmc) => ['0', '1'].map((id) => of(bmc, 'capacity', id)));
  const cut = [of('a', 'output', '0'), of('a', 'output', '1'), of('b', 'output', '0')];
  assert.deepEqual(machineOf(...capacity, ...cut), ['psu_output_dc 202']);
});

test('supplies without an id are told apart by their names', () => {
  const named = (what: string): readonly string[] =>
    ['PSU 1', 'PSU 2'].map((name, at) => supply(what, `member_id="",name="${name}"`, 112 - 4 * at));
  assert.ok(machineOf(...named('input'), ...named('output')).includes('psu_input 220'));
});
