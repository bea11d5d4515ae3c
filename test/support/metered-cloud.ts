/**
 * Hosts with power agents over HTTP, read by a clock of the test: the page of metrics, and the accounts of energy. Each
 * agent has a URL of its own, and who answers there may change.
 */
import type { TestContext } from 'node:test';
import { type Accounts, noAccounts } from '../../collectors/accounts/accounts.ts';
import { advance } from '../../collectors/accounts/advance.ts';
import type { AccountedHost } from '../../collectors/accounts/scene.ts';
import { sightsOf } from '../../collectors/accounts/sights.ts';
import { powerAgents } from '../../collectors/agents/agents.ts';
import { createAgentMemory, createPlatformMemory } from '../../collectors/io/agent-memory.ts';
import { createAgentAsker } from '../../collectors/io/ask-agents.ts';
import { createPlatformReader } from '../../collectors/io/read-platform.ts';
import { refuseOtherHosts } from '../../collectors/other-host.ts';
import { platformPowerCollector } from '../../collectors/platform-power.ts';
import { powerCollector } from '../../collectors/power.ts';
import { noVmCpu } from '../../collectors/vm-cpu.ts';
import { encodeFamilies } from '../../lib/prometheus/exposition.ts';
import { defaultSettings, emptyDocuments } from './documents.ts';
import { madeStep, madeVm, noon, rules } from './made-accounts.ts';
import { httpAnswer, type RawAnswer, startRawServer } from './raw-server.ts';

/** What answers at a URL at a moment; `undefined`: nobody. */
export type Meter = (seconds: number) => string | RawAnswer | undefined;

export interface MeteredHost {
  readonly host: AccountedHost;
  readonly meters: readonly Meter[];
}

export interface MeteredMoment {
  /** As Prometheus reads it. */
  readonly page: string;
  readonly accounts: Accounts;
}

const answerOf = (given: ReturnType<Meter>): RawAnswer => {
  if (given === undefined) return 'reset';
  return typeof given === 'string' ? { bytes: httpAnswer('200 OK', given) } : given;
};

/** @param vms the host of each VM, by the VM's id */
export const startMeteredCloud = async (
  t: TestContext,
  metered: readonly MeteredHost[],
  vms: Readonly<Record<number, number>>,
) => {
  let seconds = 0;
  const now = (): number => noon + seconds * 1000;
  const hosts: AccountedHost[] = [];
  for (const { host, meters } of metered) {
    const servers = await Promise.all(meters.map((meter) => startRawServer(() => answerOf(meter(seconds)))));
    t.after(() => Promise.all(servers.map((server) => server.close())));
    const urls = servers.map(({ port }) => `http://127.0.0.1:${port}/metrics`);
    hosts.push({ ...host, powerAgentUrl: urls.join(' ') });
  }
  const given = Object.entries(vms).map(([id, hostId]) => ({
    ...madeVm(Number(id), hostId),
    flavours: -1,
    exporter: undefined,
    previousHostId: undefined,
  }));
  const asking = { agents: powerAgents, settings: defaultSettings, now };
  const askAgents = createAgentAsker({ ...asking, memory: createAgentMemory(), onChange: () => undefined });
  const readPlatform = createPlatformReader({
    ...asking,
    memory: createPlatformMemory(),
    onSharedBmc: () => undefined,
    onChange: () => undefined,
  });
  let accounts = noAccounts;
  return async (at: number): Promise<MeteredMoment> => {
    seconds = at;
    const agents = refuseOtherHosts(await askAgents(hosts), given);
    const documents = { hosts, vms: given, agents, vmCpu: noVmCpu, hostModels: new Map() };
    const platform = await readPlatform(hosts, agents);
    accounts = advance(accounts, madeStep(now(), hosts, given, [...sightsOf(documents, 'capacity')]), rules);
    const all = { ...emptyDocuments, ...documents, platform };
    const families = [powerCollector, platformPowerCollector].flatMap((collector) =>
      collector.collect(all, defaultSettings),
    );
    return { page: encodeFamilies(families, 'prometheus').toString(), accounts };
  };
};
