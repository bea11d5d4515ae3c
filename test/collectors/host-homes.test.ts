import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { agentUrlsOf } from '../../collectors/agents/agent-url.ts';
import { hostHomes } from '../../collectors/host-homes.ts';
import { isOwnHost } from '../../collectors/shard.ts';
import { type Host, hostShape, parseHost } from '../../lib/one/host.ts';
import { readObjects } from '../support/recordings.ts';

const [anyHost] = readObjects(
  Buffer.from('<HOST_POOL><HOST><ID>0</ID><NAME>h</NAME></HOST></HOST_POOL>'),
  'HOST',
  hostShape,
  parseHost,
);
assert.ok(anyHost !== undefined);
const hostAt = (id: number, powerAgentUrl?: string, name = `h${id}`): Host => ({
  ...anyHost,
  id,
  name,
  powerAgentUrl,
});
const templates = ['http://{hostname}:8080/metrics'];

test('hosts that share an agent are where the first of them is', () => {
  const hosts = [hostAt(9, 'http://a/ http://b/'), hostAt(2), hostAt(7, 'http://b/'), hostAt(5, 'http://a')];
  assert.deepEqual([...hostHomes(hosts, templates)].sort(), [
    [7, 5],
    [9, 5],
  ]);
  const sameName = [hostAt(4, undefined, 'h'), hostAt(3, undefined, 'h'), hostAt(1, 'http://h:8080/metrics')];
  assert.deepEqual([...hostHomes(sameName, templates)].sort(), [
    [3, 1],
    [4, 1],
  ]);
  assert.deepEqual([...hostHomes([hostAt(3, 'no URL'), hostAt(4, 'no URL')], templates)], []);
});

test('whatever hosts share, each agent is asked by one part alone for its hosts', () => {
  const urls = fc.array(fc.nat(8), { maxLength: 3 });
  fc.assert(
    fc.property(fc.array(urls, { maxLength: 12 }), fc.integer({ min: 1, max: 6 }), (agents, count) => {
      const hosts = agents.map((of, id) =>
        hostAt(id, of.length === 0 ? undefined : of.map((at) => `http://agent-${at}/`).join(' ')),
      );
      const homes = hostHomes(hosts, templates);
      const partsOf = new Map<string, Set<number>>();
      for (let number = 1; number <= count; number += 1)
        for (const host of hosts.filter(({ id }) => isOwnHost(id, { number, count, homes })))
          for (const { href } of agentUrlsOf(host, templates).urls)
            partsOf.set(href, (partsOf.get(href) ?? new Set()).add(number));
      for (const [url, parts] of partsOf) assert.equal(parts.size, 1, url);
      const reversed = hostHomes([...hosts].reverse(), templates);
      for (const { id } of hosts) assert.equal(reversed.get(id), homes.get(id));
    }),
  );
});
