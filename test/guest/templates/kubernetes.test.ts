/** The manifests as one stream: those of the kustomizations for nodes that are VMs. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseAllDocuments } from 'yaml';
import { formatKubernetes } from '../../../guest/templates/kubernetes.ts';
import { guestSources } from '../../support/guest-documents.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

for (const agent of ['scaphandre', 'kepler', 'none'] as const)
  test(`--agent ${agent}: every document is whole, and there once`, () => {
    const stream = formatKubernetes({ way: 'pull', agent, url: undefined }, guestSources);
    const documents = parseAllDocuments(stream).map((document) => {
      assert.deepEqual(document.errors, []);
      return document.toJS() as Manifest;
    });
    const names = documents.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    assert.equal(new Set(names).size, names.length);
    assert.equal(names[0], 'Namespace opennebula-power');
    assert.ok(names.includes('DaemonSet power-guest'));
    assert.equal(names.includes(`DaemonSet ${agent}`), agent !== 'none');
  });
