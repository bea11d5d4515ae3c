import assert from 'node:assert/strict';
import test from 'node:test';
import { accountShape, parseAccount } from '../../../lib/one/account.ts';
import { readObjects, recordedDocument } from '../../support/recordings.ts';

const read = (document: Buffer) => readObjects(document, 'USER', accountShape, parseAccount);

test('the recorded administrator', () => {
  assert.deepEqual(read(recordedDocument('user.info-self')), [{ id: 0, name: 'oneadmin', groupIds: [0, 0] }]);
});

test('groups besides the first count', () => {
  const [account] = read(
    Buffer.from('<USER><ID>5</ID><GID>1</GID><GROUPS><ID>1</ID><ID>0</ID></GROUPS><NAME>a</NAME></USER>'),
  );
  assert.deepEqual(account?.groupIds, [1, 1, 0]);
});
