import assert from 'node:assert/strict';
import test from 'node:test';
import { assert as assertLaw, constantFrom, dictionary, property } from 'fast-check';
import { load } from 'js-yaml';
import {
  formatDigests,
  formatProvider,
  parseDigests,
  planProvisioning,
} from '../../prometheus-patches/provisioning.ts';

const digestOf = (content: string): string => Buffer.from(content).toString('hex').padStart(64, '0');
const files = dictionary(
  constantFrom('a.json', 'b.json', 'c.json', '../opennebula-extensions.yaml'),
  constantFrom('1', '2', '3'),
).map((made) => new Map<string, string>(Object.entries(made)));

test('what there is is replaced or removed only where it is as it was recorded, and the second run does nothing', () => {
  assertLaw(
    property(files, files, files, (wanted, found, written) => {
      const recorded = new Map([...written].map(([name, content]) => [name, digestOf(content)]));
      const { write, remove, keep, digests } = planProvisioning(wanted, found, recorded, digestOf);
      for (const name of [...write, ...remove])
        assert.ok(!found.has(name) || found.get(name) === written.get(name), name);
      const after = new Map(found);
      for (const name of write) after.set(name, wanted.get(name) ?? name);
      for (const name of remove) after.delete(name);
      for (const [name, content] of wanted) assert.ok(after.get(name) === content || keep.includes(name));
      const again = planProvisioning(wanted, after, parseDigests(formatDigests(digests)), digestOf);
      assert.deepEqual([again.write, again.remove, again.keep], [[], [], keep]);
    }),
  );
});

test('digests name our files and no others, wherever those are', () => {
  const line = (name: string): string => `${digestOf('x')}  ${name}\n`;
  const ours = ['old.json', '../opennebula-extensions.yaml'];
  const others = ['../../../passwd', '/etc/passwd', '../mine.json', '../mine.yaml', 'a/b.json', '..', ''];
  assert.deepEqual([...parseDigests([...ours, ...others].map(line).join('')).keys()], ours);
});

test('Grafana puts nothing of its environment into the path of the dashboards', () => {
  for (const folder of ['/srv/$HOME/grafana', '/srv/a: "b"/$$', '/srv/ ü\n/x'])
    assert.equal(
      (load(formatProvider(folder)) as { providers: readonly { options: { path: string } }[] }).providers[0]
        ?.options.path,
      folder.replaceAll('$', '$$$$'),
    );
});
