/** Words as GetoptLong of Ruby reads them for one_vmm_exec. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseActions, parseVmmArguments } from '../../front-end-installer/vmm-arguments.ts';

const read: readonly (readonly [text: string, list: string | undefined, behind: string])[] = [
  ['-t 15 -r 0 kvm -p', undefined, 'kvm -p'],
  ['-l migrate=a kvm', 'migrate=a', 'kvm'],
  ['kvm -l migrate', 'migrate', 'kvm -l migrate'],
  ['-lmigrate kvm', 'migrate', 'kvm'],
  ['-plmigrate kvm', 'migrate', 'kvm'],
  ['-pl -p kvm', '-p', 'kvm'], // whatever comes next is the value
  ['--local=a=b kvm', 'a=b', 'kvm'],
  ['--lo a kvm', 'a', 'kvm'],
  ['--local= kvm', '', 'kvm'],
  ['-l a --local b kvm', 'b', 'kvm'],
  ['-t -l a kvm', 'a', 'kvm'],
  ['-d -l kvm', undefined, 'kvm'],
  ['-p -- -l kvm', undefined, '-- -l kvm'],
  ['- -l a', 'a', '- -l a'],
  [' kvm\n', undefined, 'kvm\n'],
];
for (const [text, list, behind] of read) {
  test(`${JSON.stringify(text)} is read as the driver does`, () => {
    const { local, operandsAt, problem } = parseVmmArguments(text);
    assert.equal(problem, undefined);
    assert.equal(local && text.slice(local.value.from, local.value.to), list);
    assert.equal(text.slice(operandsAt), behind);
  });
}

const unusable = [
  '',
  '-t kvm',
  '-w kvm',
  '-x kvm',
  '-px kvm',
  '--t 15 kvm',
  '--what kvm',
  '--parallel=1 kvm',
  'kvm -l',
  '--',
];
for (const text of unusable) {
  test(`with ${JSON.stringify(text)} the driver does not start`, () => {
    assert.notEqual(parseVmmArguments(text).problem, undefined);
  });
}

test('of an action that stands twice the last counts; without a script it is its own', () => {
  const actions = parseActions('Migrate=a,save,,=odd,migrate=b=c,x=');
  assert.deepEqual(Object.fromEntries(actions), { migrate: 'b=c', save: 'save', odd: 'odd', x: '' });
});
