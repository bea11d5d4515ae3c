import assert from 'node:assert/strict';
import test from 'node:test';
import { agentUrlOf } from '../../../collectors/agents/agent-url.ts';

const urlOf = (name: string, template: string, powerAgentUrl?: string): string | undefined =>
  agentUrlOf({ id: 7, name, powerAgentUrl }, template)?.href;

test('where an agent answers', () => {
  const template = 'http://{hostname}:8080/metrics';
  assert.equal(urlOf('kvm1', template), 'http://kvm1:8080/metrics');
  assert.equal(urlOf('10.0.0.7', template), 'http://10.0.0.7:8080/metrics');
  assert.equal(urlOf('fd00::7', template), 'http://[fd00::7]:8080/metrics');
  assert.equal(urlOf('kvm1', 'http://127.0.0.1:9/{id}/metrics'), 'http://127.0.0.1:9/7/metrics');
  assert.equal(urlOf('kvm1', template, 'https://bmc.{hostname}/x'), 'https://bmc.kvm1/x');
});

test('a name or an attribute that makes no URL', () => {
  const template = 'http://{hostname}:8080/metrics';
  for (const name of ['a b', 'a/b', 'user@evil', '', 'x?y', 'x#y'])
    assert.equal(urlOf(name, template), undefined, name);
  assert.equal(urlOf('kvm1', template, 'file:///etc/passwd'), undefined);
  assert.equal(urlOf('kvm1', template, 'not a url'), undefined);
});
