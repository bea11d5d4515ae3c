import assert from 'node:assert/strict';
import test from 'node:test';
import type { DomainPower } from '../../collectors/agents/agent.ts';
import { findDomain, indexDomains } from '../../collectors/domain-join.ts';
import { microwatts } from '../../lib/units/units.ts';

const uuid = '11111111-2222-4333-8444-00000000abcd';
const domain = (name: string, ofUuid: string, power: number): DomainPower => ({
  name,
  uuid: ofUuid,
  power: microwatts(power),
});
const find = (vm: { id: number; deployId: string }, ...domains: readonly DomainPower[]) =>
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
