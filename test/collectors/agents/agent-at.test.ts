/** Whose URL it is, before anything has answered there. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { agentAt } from '../../../collectors/agents/agent-at.ts';
import { powerAgents } from '../../../collectors/agents/agents.ts';

const nameAt = (url?: string) => agentAt(url === undefined ? undefined : new URL(url), powerAgents)?.name;

test('a default port tells of the agent that is most usual there, not of the one that is trusted most', () => {
  assert.equal(powerAgents[0].name, 'onepower');
  assert.equal(nameAt('http://h:8080/metrics'), 'scaphandre');
  assert.equal(nameAt('https://[2001:db8::1]:28282/metrics'), 'kepler');
});

test('any other port, and a URL that makes no sense, count as those of the most usual agent', () => {
  for (const url of ['http://h/metrics', 'https://h:8443/metrics', undefined])
    assert.equal(nameAt(url), 'scaphandre');
});
