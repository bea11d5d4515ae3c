/** `oneext guest strengthen`: a password of our own, once. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { startLivingFrontEnd } from '../../support/living-front-end.ts';
import { runProgram } from '../../support/program.ts';
import { recordedDocument } from '../../support/recordings.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const vm = (id: number, creator: number, lcmState = 3, owner = creator): string =>
  `<VM><ID>${id}</ID><UID>${owner}</UID><STATE>3</STATE><LCM_STATE>${lcmState}</LCM_STATE><TEMPLATE><CREATED_BY>${creator}</CREATED_BY></TEMPLATE></VM>`;

test('a user gets a strong TOKEN_PASSWORD once, and it is said which VMs that run need a new context', async (t) => {
  let users = recordedDocument('userpool.info').toString();
  const updates: unknown[][] = [];
  const { endpoint } = await startLivingFrontEnd(t, (method, parameters) => {
    if (method === 'one.userpool.info') return { document: users };
    if (method === 'one.vmpool.infoextended')
      // The creator of VMs 11 and 12 is gone: their tokens are made with the password of their owner.
      return {
        document: `<VM_POOL>${vm(7, 0)}${vm(8, 1)}${vm(9, 0)}${vm(10, 0, 0)}${vm(11, 99, 3, 0)}${vm(12, 99, 3, 1)}${vm(13, 1, 3, 0)}</VM_POOL>`,
      };
    if (method !== 'one.user.update') return undefined;
    updates.push([...parameters]);
    return { document: '0' };
  });
  const auth = path.join(temporaryFolder(t), 'one_auth');
  writeFileSync(auth, 'oneadmin:labpass\n');
  const run = (...argv: readonly string[]) =>
    runProgram('dist/oneext', {
      argv: ['guest', 'strengthen', ...argv],
      env: { PATH: '/usr/bin:/bin', ONE_AUTH: auth, ONE_XMLRPC: endpoint },
    });
  assert.equal((await run('oneadmin', '--check')).code, 10);
  assert.equal((await run('nobody')).code, 2);
  assert.equal((await run()).code, 2);
  assert.deepEqual(updates, []);

  const first = await run('oneadmin');
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /VMs 7, 9, 11\./);
  const [id, text, isAppend] = updates[0] ?? [];
  const password = /^TOKEN_PASSWORD="([\w-]{48})"$/.exec(String(text))?.[1] ?? '';
  assert.deepEqual([id, isAppend, updates.length], [0, 1, 1]);
  assert.notEqual(password, '', 'of letters that need no quoting');
  assert.ok(!`${first.stdout}${first.stderr}`.includes(password), 'it is shown nowhere');

  users = users.replace(/(<NAME>oneadmin.*?<TOKEN_PASSWORD><!\[CDATA\[)\w+/s, `$1${password}`);
  const second = await run('0');
  assert.match(second.stdout, /nothing is changed/);
  assert.equal(updates.length, 1);
});
