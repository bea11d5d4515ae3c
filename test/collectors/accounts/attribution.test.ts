import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { marginalPower } from '../../../collectors/accounts/attribution.ts';

const watt = 1e6;

test('a VM with one of eight CPUs busy adds what the host draws for a busy CPU, whatever the host draws', () => {
  // 200 W, of which an eighth is 25 W.
  const given = { vmPower: new Map([[7, 25 * watt]]), hostPower: 200 * watt, cpus: 8 };
  assert.deepEqual(marginalPower(given, { wattsPerCpu: 6 }), new Map([[7, 6 * watt]]));
});

test('where no model, no power of the host or no CPUs are known, no VM is measured', () => {
  const given = { vmPower: new Map([[7, watt]]), hostPower: 100 * watt, cpus: 8 };
  for (const [unknown, model] of [
    [given, undefined],
    [{ ...given, hostPower: undefined }, { wattsPerCpu: 6 }],
    [{ ...given, hostPower: 0 }, { wattsPerCpu: 6 }],
    [{ ...given, cpus: 0 }, { wattsPerCpu: 6 }],
  ] as const)
    assert.deepEqual(marginalPower(unknown, model), new Map());
});

test('law: what VMs add is no more than what the model says of all busy CPUs', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 }),
      fc.double({ min: 1, max: 1000, noNaN: true }),
      fc.double({ min: 0.1, max: 50, noNaN: true }),
      (busy, watts, wattsPerCpu) => {
        const vmPower = new Map(busy.map((cpus, id) => [id, (watts * watt * cpus) / 8]));
        const added = [
          ...marginalPower({ vmPower, hostPower: watts * watt, cpus: 8 }, { wattsPerCpu }).values(),
        ];
        const [sum, most] = [added, busy].map((values) => values.reduce((all, one) => all + one, 0));
        assert.ok((sum ?? 0) <= (most ?? 0) * wattsPerCpu * watt * (1 + 1e-9) + 1e-6);
      },
    ),
  );
});
