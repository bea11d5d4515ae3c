import assert from 'node:assert/strict';
import test from 'node:test';
import type { DomainPower } from '../../collectors/agents/agent.ts';
import { findDomain, indexDomains, takenNames } from '../../collectors/domain-join.ts';
import { microwatts } from '../../lib/units/units.ts';

const uuid = '11111111-2222-4333-8444-00000000abcd';
const domain = (name: string, ofUuid: string, power: number): DomainPower => ({
  name,
  uuid: ofUuid,
  power: microwatts(power),
});
const find = (vm: { id: number; deployId: string; uuid?: string }, ...domains: readonly DomainPower[]) =>
  findDomain(vm, indexDomains(domains), () => new Set([vm.deployId]))?.power;

test('a VM is the domain that DEPLOY_ID names, by its name or its UUID', () => {
  assert.equal(find({ id: 5, deployId: 'one-5' }, domain('one-5', uuid, 7)), 7);
  assert.equal(find({ id: 5, deployId: uuid }, domain('one-5', uuid, 7)), 7);
  assert.equal(find({ id: 5, deployId: uuid.toUpperCase() }, domain('', uuid, 7)), 7);
  assert.equal(find({ id: 5, deployId: 'web, the old one' }, domain('web, the old one', '', 7)), 7);
  assert.equal(find({ id: 5, deployId: uuid }, domain(uuid, '', 7)), 7, 'a domain that is named by its UUID');
});

test('an imported VM keeps its name, also one that OpenNebula would give to another VM', () => {
  const domains = [domain('one-5', uuid, 7), domain('web', '', 8)];
  assert.equal(find({ id: 9, deployId: 'one-5' }, ...domains), 7);
  assert.equal(find({ id: 5, deployId: 'web' }, ...domains), 8);
  const index = indexDomains(domains);
  const gone = { id: 5, deployId: 'gone' };
  assert.equal(
    findDomain(gone, index, () => new Set(['gone', 'one-5'])),
    undefined,
    'it is the other VM',
  );
  assert.equal(findDomain(gone, index, () => new Set(['gone']))?.power, 7, 'it is nobody else');
});

test('before the first deployment is done, and where a page has no UUIDs, a VM is one-ID', () => {
  assert.equal(find({ id: 5, deployId: '' }, domain('one-5', uuid, 7)), 7);
  assert.equal(find({ id: 5, deployId: uuid }, domain('one-5', '', 7)), 7);
  const other = domain('one-5', '99999999-2222-4333-8444-00000000abcd', 7);
  assert.equal(find({ id: 5, deployId: uuid }, other), undefined, 'another UUID is another domain');
});

test('a page that tells UUIDs alone, or names of its own: the UUID that the document of the VM has', () => {
  const vm = { id: 5, deployId: 'one-5', uuid };
  const others = '11111111-2222-4333-8444-00000000ffff';
  assert.equal(find(vm, domain('', uuid, 7), domain('', others, 8)), 7);
  assert.equal(find(vm, domain('guest-of-kepler', uuid, 7)), 7);
  assert.equal(find({ ...vm, uuid: '' }, domain('', uuid, 7)), undefined);
});

test("a VM whose document has another VM's UUID does not get what that one draws", () => {
  const first = { id: 5, deployId: 'one-5', uuid, hostId: 1 };
  const thief = { id: 6, deployId: 'one-6', uuid, hostId: 1 };
  const elsewhere = { id: 7, deployId: 'one-7', uuid, hostId: 2 };
  const named = indexDomains([domain('one-5', uuid, 7)]);
  const nameless = indexDomains([domain('', uuid, 7)]);
  const taken = takenNames([first, thief, elsewhere]);
  assert.equal(findDomain(first, named, () => taken)?.power, 7);
  assert.equal(
    findDomain(thief, named, () => taken),
    undefined,
  );
  for (const one of [first, thief])
    assert.equal(
      findDomain(one, nameless, () => taken),
      undefined,
    );
  const twins = takenNames([first, elsewhere]);
  assert.equal(findDomain(first, nameless, () => twins)?.power, 7);
  assert.equal(findDomain(elsewhere, nameless, () => twins)?.power, 7, 'on its own host');
});
