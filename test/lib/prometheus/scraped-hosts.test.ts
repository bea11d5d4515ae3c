import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { chooseScrapedHosts } from '../../../lib/prometheus/scraped-hosts.ts';

const isThisMachine = (name: string): boolean => ['fe1', 'localhost'].includes(name);
const choose = (...pairs: readonly (readonly [string, string])[]) => {
  const chosen = chooseScrapedHosts(
    pairs.map(([name, hostname], id) => ({ id, name, hostname })),
    isThisMachine,
  );
  return { ids: chosen.hosts.map(({ id }) => id), leftOut: chosen.leftOut };
};

test('C1-names-of-another-machine: loopback is no target, whoever says so', () => {
  const { ids, leftOut } = choose(
    ['kvm0', 'localhost'],
    ['kvm1', 'localhost.localdomain'],
    ['kvm2', '127.0.1.1'],
    ['kvm3', '::1'],
    ['kvm4', 'kvm4.example.org'],
  );
  assert.deepEqual(ids, [4]);
  assert.equal(
    leftOut[0],
    'host 0 (kvm0) is left out: its HOSTNAME is localhost, which is every machine itself; set the name of that machine, then: onehost forceupdate 0',
  );
});

test("C1-names-of-another-machine: the front-end's own name is for the front-end alone", () => {
  const { ids, leftOut } = choose(['kvm0', 'fe1'], ['kvm1', 'kvm1']);
  assert.deepEqual(ids, [1]);
  assert.match(leftOut[0] ?? '', /HOSTNAME is fe1, which is this front-end/);
  assert.deepEqual(choose(['fe1', 'fe1'], ['kvm1', 'kvm1']).ids, [0, 1]);
  assert.deepEqual(choose(['localhost', 'fe1'], ['kvm1', 'fe1']).ids, [0], 'its own figures stay');
});

test('C1-names-of-another-machine: a cloned machine does not take the figures of the first', () => {
  assert.deepEqual(choose(['kvm0', 'kvm0'], ['kvm1', 'kvm0']).ids, [0]);
  assert.deepEqual(choose(['kvm0', 'node'], ['kvm1', 'node']).ids, []);
});

test('law: no two hosts have the same target, and each host is taken or named', () => {
  const name = fc.constantFrom('fe1', 'kvm0', 'kvm1', 'localhost', '127.0.0.1');
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, name), { selector: ([one]) => one }), (pairs) => {
      const { ids, leftOut } = choose(...pairs);
      const targets = ids.map((id) => pairs[id]?.[1]);
      assert.equal(new Set(targets).size, targets.length);
      assert.equal(ids.length + leftOut.length, pairs.length);
    }),
  );
});
