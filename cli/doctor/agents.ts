/** The power agents of the hosts, and VMs without a measurement, as the exporter's page tells of them. */
import { type UnsoundReason, unsoundReasons } from '../../collectors/agents/agent.ts';
import { unmeasuredReasons } from '../../collectors/measure-vm.ts';
import { hasPowerAgent } from '../../collectors/power.ts';
import type { CloudHost } from './cloud-host.ts';
import { type EmulatorFacts, judgeEmulator } from './emulator.ts';
import type { AgentSample, ExporterPage, UnmeasuredVm } from './exporter-page.ts';
import { failure, ok, skipped, type Verdict, warning } from './finding.ts';

export interface AgentFacts extends EmulatorFacts {
  readonly page: Pick<
    ExporterPage,
    'agents' | 'doubtfulAgents' | 'unmeasured' | 'measuredVms' | 'collectors'
  >;
  readonly hosts: readonly CloudHost[];
}

/** As docs/troubleshoot.md has it; HOST stands for the host's name. */
const agentSteps: Readonly<Record<UnsoundReason, string>> = {
  connection_failed:
    'oneext hosts install HOST; or let its port through the firewall: curl the URL from here',
  timeout: 'raise power.agent-timeout if the host has thousands of processes; or packets are dropped',
  empty_body: 'restart the agent on HOST: it has crashed inside',
  no_process_power: 'wait for the next scrape: the agent has just started',
  no_power:
    'run the agent on HOST as root, with the /proc and /sys of the host itself; its log says what it cannot read',
  rapl_unreadable:
    'host.sh status on HOST, then host.sh again: it says why the energy counters cannot be read',
  first_reading: 'wait for the next scrape: the agent counts, and has been asked once',
  inflated:
    'oneext hosts install HOST, which takes a build of Scaphandre that does not inflate: Debian trixie has one, sid has none',
  frozen:
    'ask the agent on HOST less often than every two seconds, counting all that ask it, and restart it; or ask it directly, and not through a cache',
  other_host: 'check to which address HOST and its POWER_AGENT_URL lead: another hypervisor answers there',
  absurd_value: "restart the agent on HOST; if it stays, the host's counters are broken",
  http_status: 'check power.agent-url and POWER_AGENT_URL of HOST: something else answers there',
  not_an_agent_page: 'check power.agent-url and POWER_AGENT_URL of HOST: something else answers there',
  mixed: "give power.agent-url, or POWER_AGENT_URL of HOST, each agent's own page",
  bad_url: 'check power.agent-url and POWER_AGENT_URL of HOST',
  too_large: 'check power.agent-url and POWER_AGENT_URL of HOST: something else answers there',
  too_costly: 'check power.agent-url and POWER_AGENT_URL of HOST: something else answers there',
  truncated: 'check power.agent-url and POWER_AGENT_URL of HOST: something else answers there',
};
const isReason = (text: string): text is UnsoundReason => Object.hasOwn(unsoundReasons, text);

const judgeAgent = ({ reason }: AgentSample, name: string): Verdict => {
  const details = { subject: name, group: `agents not up: ${reason}` };
  if (!isReason(reason))
    return failure(`its agent is not up: ${reason}`, 'see docs/troubleshoot.md', details);
  const message = `its agent is not up: ${reason}: ${unsoundReasons[reason]}`;
  const next = agentSteps[reason].replaceAll('HOST', name);
  return reason === 'no_process_power' || reason === 'first_reading'
    ? warning(message, next, details)
    : failure(message, next, details);
};

const judgeHosts = ({ page, hosts }: AgentFacts): readonly Verdict[] => {
  const samples = new Map(page.agents.map((sample) => [sample.hostId, sample]));
  // A host may have several agents: one that is up is enough.
  for (const sample of page.agents) if (sample.reason === 'ok') samples.set(sample.hostId, sample);
  const asked = hosts.filter(hasPowerAgent);
  if (asked.length === 0) return [skipped('no host has a power agent: none runs KVM and is not offline')];
  const known = asked.flatMap((host) => {
    const sample = samples.get(host.id);
    return sample === undefined ? [] : [{ host, sample }];
  });
  const down = known.filter(({ sample }) => sample.reason !== 'ok');
  const unknown = asked
    .filter(({ id }) => !samples.has(id))
    .map(({ name }) =>
      warning('the exporter has not asked its agent yet', 'look again after the next scrape', {
        subject: name,
        group: 'hosts that the exporter does not know yet',
      }),
    );
  const areAllUp = down.length === 0 && unknown.length === 0;
  const sum = areAllUp ? [ok(`the agents of all ${asked.length} hosts are up`)] : [];
  return [...sum, ...down.map(({ host, sample }) => judgeAgent(sample, host.name)), ...unknown];
};

/** Nobody measures there, or the host's agent has a line of its own. */
const noConcern: ReadonlySet<string> = new Set([
  'no_host',
  'host_unknown',
  'host_offline',
  'host_not_kvm',
  'agent_unsound',
]);
const reasonText: Readonly<Record<string, string>> = unmeasuredReasons;
const vmSteps: Readonly<Record<string, string>> = {
  absurd_value: "restart the agent of its host; if it stays, compare with the host's power on its page",
  inflated:
    "compare with the VM's CPU in onevm show; Scaphandre 1.0.3 of Debian sid inflates: oneext hosts install takes another build",
  first_reading: 'wait for the next scrapes: a minute where the power of VMs is estimated',
  cpu_unknown:
    'onevm show ID: if its MONITORING has no CPU, look for the probes of its host in /var/log/one/monitor.log',
  process_not_found:
    'wait if it has just started; else run on its host: pgrep -af guest=one-; a program of another name belongs in power.emulators',
  process_unexpected:
    'look on its host: virsh -c qemu:///system list; a guest that should not run has to be ended there',
  migration_partly_measured: 'nothing: the sample is back after the migration',
};

const judgeVm = ({ vmId, reason }: UnmeasuredVm): Verdict =>
  warning(
    `is not measured: ${reason}: ${reasonText[reason] ?? 'unknown'}`,
    vmSteps[reason] ?? 'see docs/troubleshoot.md',
    {
      subject: `VM ${vmId}`,
      group: `VMs not measured: ${reason}`,
    },
  );

const judgeVms = ({ unmeasured, measuredVms }: AgentFacts['page']): readonly Verdict[] => {
  const elsewhere = unmeasured.filter(({ reason }) => noConcern.has(reason));
  const counts = new Map<string, number>();
  for (const { reason } of elsewhere) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const told = [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ');
  const rest = told === '' ? '' : `; VMs that nothing measures where they are: ${told}`;
  return [
    measuredVms === 0
      ? skipped(`no VM is measured${rest}`)
      : ok(`the power of ${measuredVms} VMs is known${rest}`),
    ...unmeasured.filter(({ reason }) => !noConcern.has(reason)).map(judgeVm),
  ];
};

const judgeDoubtful = ({ page, hosts }: AgentFacts): readonly Verdict[] => {
  const names = new Map(hosts.map(({ id, name }) => [id, name]));
  return page.doubtfulAgents.map(({ hostId }) => {
    const name = names.get(hostId) ?? `host ${hostId}`;
    return warning(
      'its Scaphandre is a build that can give one VM the power of the whole host, as 1.0.3 of Debian sid does: VMs whose values cannot be true are not measured',
      `take another build: oneext hosts install ${name}, scaphandre 1.0.2 of Debian trixie, or the image hubblo/scaphandre`,
      { subject: name, group: 'hosts whose Scaphandre inflates' },
    );
  });
};

export const judgeAgents = (facts: AgentFacts): readonly Verdict[] =>
  facts.page.collectors.has('power')
    ? [...judgeHosts(facts), ...judgeDoubtful(facts), ...judgeEmulator(facts), ...judgeVms(facts.page)]
    : [skipped('the exporter does not collect power')];
