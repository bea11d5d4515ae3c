import assert from 'node:assert/strict';
import test from 'node:test';
import { type AgentFacts, judgeAgents } from '../../../cli/doctor/agents.ts';
import type { CloudHost } from '../../../cli/doctor/cloud-host.ts';
import { madeHost } from '../../support/made-accounts.ts';
import { linesOf } from '../../support/verdicts.ts';

const hosts: readonly CloudHost[] = [7, 8].map((id) => ({
  ...madeHost(id, { name: `kvm${id}` }),
  clusterId: 0,
  geolocation: undefined,
}));
const page: AgentFacts['page'] = {
  collectors: new Map([['power', { name: 'power', success: true, ageSeconds: 1 }]]),
  agents: hosts.map(({ id }) => ({
    hostId: id,
    agent: 'scaphandre',
    version: '1.02',
    reason: 'ok',
    method: 'agent_watts',
  })),
  doubtfulAgents: [],
  unmeasured: [],
  measuredVms: 1,
};

const facts = { hosts, emulatorFile: '/etc/one/vmm_exec/vmm_exec_kvm.conf', emulator: { value: '' } };

test('1-inflated: a build of Scaphandre that inflates is named with its host, and what to take instead', () => {
  assert.deepEqual(linesOf(judgeAgents({ ...facts, page })), [
    'ok: the agents of all 2 hosts are up',
    'ok: the power of 1 VMs is known',
  ]);
  const doubtfulAgents = [{ hostId: 8, agent: 'scaphandre', version: '1.02' }];
  const [, warning] = judgeAgents({ ...facts, page: { ...page, doubtfulAgents } });
  assert.deepEqual([warning?.level, warning?.subject], ['warning', 'kvm8']);
  assert.match(warning?.next ?? '', /oneext hosts install kvm8/);
});

test('a VM whose value cannot be true is a warning, a page that cannot be an error', () => {
  const unmeasured = [{ vmId: 5, hostId: 7, reason: 'inflated' }];
  const agents = page.agents.map((agent) => (agent.hostId === 7 ? { ...agent, reason: 'inflated' } : agent));
  const told = judgeAgents({ ...facts, page: { ...page, agents, unmeasured } });
  assert.deepEqual(
    told.map(({ level, subject = '' }) => `${level} ${subject}`),
    ['error kvm7', 'ok ', 'warning VM 5'],
  );
});
