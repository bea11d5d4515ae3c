/** What a user may see of a report: what oned would list for that user. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseVmRule, visibleVms } from '../../../cli/energy/visible-vms.ts';

const vm = (id: number, ownerId: number, groupId: number, permissions = '') => ({
  id,
  ownerId,
  groupId,
  groupMayUse: permissions.includes('g'),
  othersMayUse: permissions.includes('o'),
});
const vms = [vm(1, 5, 100), vm(2, 6, 100), vm(3, 6, 100, 'g'), vm(4, 7, 101), vm(5, 7, 102, 'o')];
const alice = { id: 5, name: 'alice', groupIds: [100] };
const seen = (user: typeof alice, rules: readonly string[] = [], zone: number | undefined = 0) => [
  ...visibleVms(
    user,
    vms,
    rules.map(parseVmRule).filter((rule) => rule !== undefined),
    zone,
  ),
];

test('own VMs, those that the group or all may use', () => {
  assert.deepEqual(seen(alice), [1, 3, 5]);
  assert.deepEqual(seen({ ...alice, groupIds: [] }), [1, 5]);
});

test('rules of access control: of the user, of a group, of all', () => {
  assert.deepEqual(seen(alice, ['#5 VM/#4 USE *']), [1, 3, 4, 5]);
  assert.deepEqual(seen(alice, ['#5 VM+NET+IMAGE/@100 USE+MANAGE #0']), [1, 2, 3, 5], 'admin of the group');
  assert.deepEqual(seen(alice, ['@100 VM/* USE']), [1, 2, 3, 4, 5]);
  assert.deepEqual(seen(alice, ['* VM/@101 USE #0']), [1, 3, 4, 5]);
});

test('rules that show nothing: of others, of other things, without USE, of another or an unknown zone', () => {
  const rules = [
    '#6 VM/* USE *',
    '@101 VM/* USE *',
    '* NET/* USE *',
    '* VM/* CREATE *',
    '#5 VM/%0 USE *',
    'x',
  ];
  assert.deepEqual(seen(alice, [...rules, '#5 VM/* USE #1']), [1, 3, 5]);
  assert.deepEqual(visibleVms(alice, vms, [{ users: '#5', vms: '*', zone: '0' }], undefined).size, 3);
});

test('administrators see all', () => {
  assert.equal(seen({ ...alice, id: 0 }).length, 5);
  assert.equal(seen({ ...alice, groupIds: [100, 0] }).length, 5);
});
