import assert from 'node:assert/strict';
import test from 'node:test';
import { agentUrlsOf } from '../../../collectors/agents/agent-url.ts';

const urlOf = (name: string, template: string, powerAgentUrl?: string): string | undefined =>
  agentUrlsOf({ id: 7, name, powerAgentUrl }, [template]).urls[0]?.href;

test('where an agent answers', () => {
  const template = 'http://{hostname}:8080/metrics';
  assert.equal(urlOf('kvm1', template), 'http://kvm1:8080/metrics');
  assert.equal(urlOf('10.0.0.7', template), 'http://10.0.0.7:8080/metrics');
  assert.equal(urlOf('fd00::7', template), 'http://[fd00::7]:8080/metrics');
  assert.equal(urlOf('kvm1', 'http://127.0.0.1:9/{id}/metrics'), 'http://127.0.0.1:9/7/metrics');
  assert.equal(urlOf('kvm1', template, 'https://bmc.{hostname}/x'), 'https://bmc.kvm1/x');
});

test('several agents: templates in their order, each URL once; the attribute takes the place of all', () => {
  const templates = [
    'http://{hostname}:1/a',
    'http://{hostname}:2/b,c',
    'ftp://{hostname}/',
    'http://kvm1:1/a',
  ];
  const all = (powerAgentUrl?: string) => {
    const { urls, unusable } = agentUrlsOf({ id: 7, name: 'kvm1', powerAgentUrl }, templates);
    return { urls: urls.map(({ href }) => href), unusable };
  };
  assert.deepEqual(all(), {
    urls: ['http://kvm1:1/a', 'http://kvm1:2/b,c'],
    unusable: ['ftp://{hostname}/'],
  });
  assert.deepEqual(all('http://x/a,b \n http://{hostname}:9/'), {
    urls: ['http://x/a,b', 'http://kvm1:9/'],
    unusable: [],
  });
});

test('a name or an attribute that makes no URL', () => {
  const template = 'http://{hostname}:8080/metrics';
  for (const name of ['a b', 'a/b', 'user@evil', '', 'x?y', 'x#y'])
    assert.equal(urlOf(name, template), undefined, name);
  assert.equal(urlOf('kvm1', template, 'file:///etc/passwd'), undefined);
  assert.equal(urlOf('kvm1', template, 'not a url'), undefined);
});
