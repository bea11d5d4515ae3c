import assert from 'node:assert/strict';
import test from 'node:test';
import { isTemporaryName, judgeLeftovers, stepAgainst } from '../../../cli/doctor/leftovers.ts';
import { temporaryPath } from '../../../lib/io/write-atomic.ts';
import { denied, linesOf } from '../../support/verdicts.ts';

test('names of temporary files are those that we give', () => {
  assert.ok(isTemporaryName(temporaryPath('/x/vm-1.json').slice('/x/'.length)));
  assert.ok(isTemporaryName('oneext-ssh-Ab12Cd'));
  for (const name of ['vm-1.json', '.vm-1.json.swp', 'prometheus.yml.oneext-1.bak', 'oneext-test-Ab12Cd'])
    assert.equal(isTemporaryName(name), false, name);
});

test('what only the package manager brings back is not left to the installer', () => {
  assert.equal(stepAgainst({ fate: { kind: 'remove' }, part: 'auth' }), 'oneext install --only auth');
  assert.match(
    stepAgainst({ fate: { kind: 'name' }, part: 'exporter' }),
    /--reinstall opennebula-prometheus/,
  );
});

test('D2-leftovers: a folder that cannot be looked into is named, and is not ok', () => {
  const lines = linesOf(
    judgeLeftovers({
      suspects: [],
      temporary: [
        { folder: '/a', found: { value: [] } },
        { folder: '/b', found: denied },
      ],
    }),
  );
  assert.deepEqual(lines, ['warning: cannot tell as this user: EACCES: permission denied']);
  const found = [{ folder: '/a', found: { value: [] } }];
  assert.deepEqual(linesOf(judgeLeftovers({ suspects: [], temporary: found })), [
    'ok: nothing of the first generation, no temporary files',
  ]);
});
