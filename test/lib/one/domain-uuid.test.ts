import assert from 'node:assert/strict';
import test from 'node:test';
import { extendedVmShape, parseDomainUuid } from '../../../lib/one/vm.ts';
import { readObjects } from '../../support/recordings.ts';

test('OS/UUID of a VM, in lower case; none where the document has none', () => {
  const vms = [
    '<OS><ARCH>x86_64</ARCH><UUID><![CDATA[ 6B1B5C62-0D9B-4E0C-8D0B-3C3F6D0F9A11 ]]></UUID></OS>',
    '<OS/>',
    '',
  ]
    .map((os, id) => `<VM><ID>${id}</ID><TEMPLATE><CPU>1</CPU>${os}</TEMPLATE></VM>`)
    .join('');
  const uuids = readObjects(Buffer.from(`<VM_POOL>${vms}</VM_POOL>`), 'VM', extendedVmShape, parseDomainUuid);
  assert.deepEqual(uuids, ['6b1b5c62-0d9b-4e0c-8d0b-3c3f6d0f9a11', '', '']);
});
