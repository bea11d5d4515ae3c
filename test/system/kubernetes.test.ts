/** The rules for Kubernetes, as Prometheus' own tool tries them: all that a VM has used is somebody's, or unassigned. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { stringify } from 'yaml';
import { repositoryPath } from '../support/expected.ts';
import { readManifests } from '../support/manifests.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('watts and kWh of namespaces, workloads and VMs sum up to what the VM has used', (t) => {
  const folder = temporaryFolder(t);
  const rules = readManifests('monitoring').find(({ kind }) => kind === 'PrometheusRule');
  writeFileSync(path.join(folder, 'rules.yml'), stringify(rules?.spec));
  copyFileSync(repositoryPath('test/guest/kubernetes/rules.test.yml'), path.join(folder, 'rules.test.yml'));
  for (const argv of [
    ['check', 'rules', 'rules.yml'],
    ['test', 'rules', 'rules.test.yml'],
  ]) {
    const { status, stdout, stderr } = spawnSync('promtool', argv, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, `${stdout}${stderr}`);
  }
});
