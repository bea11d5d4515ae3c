import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { createPageReader } from '../../../cli/top/power-page.ts';
import { collectors } from '../../../collectors/collectors.ts';
import { repositoryPath } from '../../support/expected.ts';
import { anyName, formatMadePage, parsePage } from '../../support/top-cloud.ts';

test('the page of a recorded cloud', () => {
  const page = parsePage(readFileSync(repositoryPath('test/e2e/expected-page.prom'), 'utf8'));
  assert.equal(page.vms.size, 10);
  assert.deepEqual(page.vms.get(8), {
    name: 'sr-ipv4',
    owner: 'oneadmin',
    hostId: 1,
    state: 3,
    lcmState: 3,
    vcpus: 4,
    powerMicrowatts: 21775092.712439727,
  });
  assert.equal(page.vms.get(9)?.unmeasured, 'process_not_found');
  assert.equal(page.vms.get(9)?.powerMicrowatts, undefined);
  assert.equal(page.vms.get(5)?.hostId, undefined);
  assert.deepEqual(page.hosts.get(2), {
    state: 4,
    agentUp: false,
    agent: 'scaphandre',
    agentVersion: '',
    agentReason: 'empty_body',
  });
  assert.deepEqual(
    [page.isOfOpenNebula, page.listsVms, page.hasPower, page.powerAgeSeconds, page.isPowerFresh],
    [true, true, true, 0, true],
  );
});

test('the stock exporter has no power, and another page nothing of OpenNebula', () => {
  const stock = parsePage(
    '# TYPE opennebula_vm_state gauge\n# HELP opennebula_vm_state s\nopennebula_vm_state{one_vm_id="7"} 3.0\n',
  );
  assert.deepEqual([stock.isOfOpenNebula, stock.listsVms, stock.hasPower], [true, true, false]);
  assert.equal(stock.vms.get(7)?.state, 3);
  assert.equal(parsePage('<html>nothing here</html>\n').isOfOpenNebula, false);
  assert.equal(parsePage('').isOfOpenNebula, false);
});

test('a value that makes no sense is unknown', () => {
  const lines = ['NaN', '-5', '+Inf', 'x', ''].map(
    (value, id) => `opennebula_vm_power_consumption_uW{one_vm_id="${id}"} ${value}\n`,
  );
  const page = parsePage(`${lines.join('')}opennebula_host_power_watts{one_host_id="0"} NaN\n`);
  assert.deepEqual([...page.vms.values()], [{}, {}, {}, {}, {}]);
  assert.deepEqual(page.hosts.get(0), {});
  assert.equal(parsePage('opennebula_vm_state{one_vm_id="x"} 3\nconstructor{one_vm_id="1"} 3\n').vms.size, 0);
});

test('energy, the model of a host and its price', () => {
  const page = parsePage(
    formatMadePage(
      [{ id: 7, joules: 5e6 }],
      [
        { id: 0, watts: 90, idleWatts: 40, modelError: 0.1, joules: 9e6, unassignedJoules: 4e6 },
        { id: 1, price: [0.24, 'EUR'] },
      ],
    ),
  );
  assert.equal(page.vms.get(7)?.energyJoules, 5e6);
  const { idleWatts, modelErrorRatio, energyJoules, unassignedJoules, pricePerKwh } = page.hosts.get(0) ?? {};
  assert.deepEqual([idleWatts, modelErrorRatio, energyJoules, unassignedJoules], [40, 0.1, 9e6, 4e6]);
  assert.equal(pricePerKwh, undefined);
  const priced = page.hosts.get(1);
  assert.deepEqual([priced?.pricePerKwh, priced?.currency], [0.24, 'EUR']);
  assert.deepEqual([priced?.idleWatts, priced?.energyJoules], [undefined, undefined]);
});

test('a counter that is left of a VM or a host that has gone makes none', () => {
  const page = parsePage(
    [
      'opennebula_vm_energy_joules_total{one_vm_id="6"} 4',
      'opennebula_vm_energy_joules_total{one_vm_id="7"} 5',
      'opennebula_vm_state{one_vm_id="7"} 3',
      'opennebula_host_energy_joules_total{one_host_id="2"} 8',
      'opennebula_host_unassigned_energy_joules_total{one_host_id="2"} 1',
    ]
      .join('\n')
      .concat('\n'),
  );
  assert.deepEqual([...page.vms], [[7, { state: 3, energyJoules: 5 }]]);
  assert.equal(page.hosts.size, 0);
});

test('what it reads, the exporter writes: the families of the made page are those of the collectors', () => {
  const written = new Set(collectors.flatMap(({ families }) => families.map(({ name }) => name)));
  const made = [...formatMadePage([], []).matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  const ofScrapes = /^opennebula_scrape_/;
  assert.deepEqual(
    made.filter((name) => !ofScrapes.test(name) && !written.has(name)),
    [],
  );
  assert.ok(made.length > 15);
});

test('names come through the page as they were, in whatever pieces it arrives', () => {
  fc.assert(
    fc.property(anyName, anyName, fc.nat(2000), (name, owner, cut) => {
      const bytes = Buffer.from(formatMadePage([{ id: 7, name, owner, watts: 5 }], [{ id: 0, watts: 9 }]));
      const reader = createPageReader();
      reader.push(bytes.subarray(0, cut));
      reader.push(bytes.subarray(cut));
      const vm = reader.finish().vms.get(7);
      const written = (text: string): string => Buffer.from(text).toString(); // half characters do not
      assert.deepEqual([vm?.name, vm?.owner], [written(name), written(owner)]);
      assert.equal(vm?.powerMicrowatts, 5e6);
    }),
  );
});
