import assert from 'node:assert/strict';
import test from 'node:test';
import { isTemporaryName } from '../../../cli/doctor/leftovers.ts';
import { temporaryPath } from '../../../lib/io/write-atomic.ts';

test('names of temporary files are those that we give', () => {
  assert.ok(isTemporaryName(temporaryPath('/x/vm-1.json').slice('/x/'.length)));
  assert.ok(isTemporaryName('oneext-ssh-Ab12Cd'));
  for (const name of ['vm-1.json', '.vm-1.json.swp', 'prometheus.yml.oneext-1.bak', 'oneext-test-Ab12Cd'])
    assert.equal(isTemporaryName(name), false, name);
});
