import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { meetsRequirements } from '../../../lib/one/requirements.ts';

const host = new Map([
  ['CLUSTER_ID', '0'],
  ['NAME', 'kvm-7.example'],
  ['HYPERVISOR', 'kvm'],
  ['POWER_WATTS', '151.3'],
  ['ID', '12'],
  ['EMPTY', ''],
  ['WORD', 'many'],
]);
const elsewhere = new Set(['CURRENT_VMS', 'ZONE_TIER']);
const meets = (expression: string) =>
  meetsRequirements(expression, (name) => (elsewhere.has(name) ? null : host.get(name)));

test('requirements as OpenNebula and users write them', () => {
  const cases: readonly (readonly [string, boolean | undefined])[] = [
    ['', true],
    ['  ', true],
    ['(CLUSTER_ID = 0) & !(PUBLIC_CLOUD = YES) & !(PIN_POLICY = PINNED)', true],
    ['(CLUSTER_ID = 100 | CLUSTER_ID = 0) & !(PUBLIC_CLOUD = YES)', true],
    ['CLUSTER_ID = 1', false],
    ['ID="12"', true],
    ['ID="3" | ID="12"', true],
    ['NAME = "kvm-*"', true],
    ['NAME = "kvm-?.example"', true],
    ['NAME != "kvm-7.example"', false],
    ['HYPERVISOR = kvm', true],
    ['POWER_WATTS < 350 & POWER_WATTS > 0', true],
    ['POWER_WATTS < 151', false],
    // What is missing, or is no number, meets no comparison; a whole number is compared with a whole number.
    ['CARBON_INTENSITY < 100', false],
    ['CARBON_INTENSITY > -1', false],
    ['!(CARBON_INTENSITY > 5)', true],
    ['EMPTY < 100', false],
    ['EMPTY = 0', false],
    ['WORD < 100', false],
    ['POWER_WATTS > 151', false],
    ['POWER_WATTS > 151.2', true],
    ['POWER_WATTS = 151', true],
    ['POWER_WATTS = 151.3', true],
    ['CARBON_INTENSITY > 0', false],
    ['GPU = YES', false],
    ['!(GPU = YES)', true],
    // Only the scheduler can tell.
    ['!(CURRENT_VMS = 2)', undefined],
    ['ZONE_TIER != "bronze"', undefined],
    ['ZONE_TIER < 3', undefined],
    ['ZONE_TIER = "bronze" & CLUSTER_ID = 1', false],
    ['GPU != YES', undefined],
    ['NAME = "kvm-[0-9]*"', undefined],
    ['"/HOST/TEMPLATE/X" = 1', undefined],
    ['CLUSTER_ID = 0 & ID = 12 | ID = 3', undefined],
    ['TAGS @ "a"', undefined],
    ['CLUSTER_ID = ', undefined],
    ['CLUSTER_ID = 0)', undefined],
    ['§', undefined],
    ['CLUSTER_ID = 1 & GPU != YES', false],
    ['CLUSTER_ID = 0 | GPU != YES', true],
  ];
  for (const [expression, wanted] of cases) assert.equal(meets(expression), wanted, expression);
});

test('law: no text makes it throw, and what is negated twice is what it was', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const judged = meets(text);
      assert.ok([true, false, undefined].includes(judged));
      if (text.trim() !== '' && judged !== undefined) assert.equal(meets(`!(!(${text}))`), judged);
    }),
  );
});
