import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import type { ExportingVm } from '../../../lib/prometheus/vm-targets.ts';
import { syncTargets } from '../../../prometheus-patches/io/sync-targets.ts';
import { exportingVm } from '../../support/exporting-vm.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('one VM that cannot be read costs no other its file, and nothing is written after the error is told', async (t) => {
  const folder = path.join(temporaryFolder(t), 'targets');
  const vms = Array.from({ length: 9 }, (_, id) => exportingVm(id));
  const readVm = async (id: number): Promise<ExportingVm> => {
    if (id === 0) throw new Error('the front-end does not answer');
    return exportingVm(id);
  };
  await assert.rejects(syncTargets(vms, { folder, preference: 'ipv4', readVm }, 0), {
    message: 'the front-end does not answer',
  });
  const written = vms.slice(1).map(({ id }) => `vm-${id}.json`);
  assert.deepEqual(readdirSync(folder).sort(), written);
});
