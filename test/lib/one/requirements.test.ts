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
]);
const meets = (expression: string) => meetsRequirements(expression, (name) => host.get(name));

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
    ['CARBON_INTENSITY < 100', true],
    ['CARBON_INTENSITY > 0', false],
    ['GPU = YES', false],
    ['!(GPU = YES)', true],
    // Only the scheduler can tell.
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
