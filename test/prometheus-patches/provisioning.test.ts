import assert from 'node:assert/strict';
import test from 'node:test';
import { assert as assertLaw, constantFrom, dictionary, property } from 'fast-check';
import { formatDigests, parseDigests, planProvisioning } from '../../prometheus-patches/provisioning.ts';

const digestOf = (content: string): string => Buffer.from(content).toString('hex').padStart(64, '0');
const files = dictionary(
  constantFrom('a.json', 'b.json', 'c.json', '../x.yaml'),
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
