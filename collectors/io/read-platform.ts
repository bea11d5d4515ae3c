/** The power of whole machines: what the hosts' own agents say of it, and central Telegrafs, which are asked here. */
import { parseHttpUrl } from '../../lib/http/http-url.ts';
import type { Host } from '../../lib/one/host.ts';
import type { PlatformSettings } from '../agents/platform-options.ts';
import type { AgentAnswer, Documents } from '../collector.ts';
import { platformOfHosts } from '../host-platform.ts';
import { hostReadingOf } from '../host-readings.ts';
import { advanceSupply, supplyFactorOf } from '../supply-factor.ts';
import type { PlatformMemory } from './agent-memory.ts';
import { type AskingOptions, createAskedAgents } from './asked-agents.ts';

export interface PlatformReaderOptions extends Omit<AskingOptions, 'settings' | 'memory' | 'onAnswer'> {
  readonly settings: AskingOptions['settings'] & PlatformSettings;
  /** Is told of the hosts that claim one BMC, once. */
  readonly onSharedBmc: (bmc: string, hosts: readonly string[]) => void;
  readonly memory: PlatformMemory;
  /** Is told when what a central Telegraf answers changes; `undefined` before the first. */
  readonly onChange: (url: URL, answer: AgentAnswer, before: AgentAnswer | undefined) => void;
}

/** Of the agent whose energy counts, in watts; `undefined` where that is no power of processors, and needs no factor. */
const hostWattsOf = (answers: readonly AgentAnswer[]): number | undefined => {
  const reading = hostReadingOf(answers);
  return reading?.hostPower === undefined || reading.isNotOfProcessors === true
    ? undefined
    : reading.hostPower / 1e6;
};

export const createPlatformReader = (
  options: PlatformReaderOptions,
): ((hosts: readonly Host[], agents: Documents['agents']) => Promise<Documents['platform']>) => {
  const { settings, now, memory, onChange, onSharedBmc } = options;
  const asked = createAskedAgents(options);
  const urls = settings['power.platform-url'].flatMap((text) => parseHttpUrl(text) ?? []);
  const askCentral = async (): Promise<readonly AgentAnswer[]> => {
    await Promise.all(urls.map(asked.start));
    const { lastAnswers } = memory;
    const answers = urls.map((url) => [url, asked.answerOf(url)] as const);
    memory.lastAnswers = new Map(answers.map(([url, answer]) => [url.href, answer]));
    return answers.map(([url, answer]) => {
      const before = lastAnswers.get(url.href);
      if (answer !== before) onChange(url, answer, before);
      return answer;
    });
  };

  let told = new Set<string>();
  const tellShared = (hosts: readonly Host[], readings: ReturnType<typeof platformOfHosts>): void => {
    const claimants = new Map<string, string[]>();
    for (const { id, name } of hosts) {
      const reading = readings.get(id);
      if (reading === undefined || !('sharedBmc' in reading)) continue;
      const others = claimants.get(reading.sharedBmc);
      if (others === undefined) claimants.set(reading.sharedBmc, [name]);
      else others.push(name);
    }
    for (const [bmc, names] of claimants) if (!told.has(bmc)) onSharedBmc(bmc, names);
    told = new Set(claimants.keys());
  };

  return async (hosts, agents) => {
    const readings = platformOfHosts({
      hosts,
      agents,
      central: await askCentral(),
      bmcs: settings['power.platform-bmc'],
    });
    tellShared(hosts, readings);
    const seconds = now() / 1000;
    memory.supplies = new Map(
      [...readings].map(([hostId, reading]) => {
        const before = memory.supplies.get(hostId) ?? [];
        const hostWatts = hostWattsOf(agents.get(hostId) ?? []);
        const isKnown = hostWatts !== undefined && !('sharedBmc' in reading);
        return [
          hostId,
          isKnown ? advanceSupply(before, { seconds, platformWatts: reading.watts, hostWatts }) : [],
        ];
      }),
    );
    return new Map(
      [...readings].map(([hostId, reading]) => [
        hostId,
        {
          reading,
          factor: 'sharedBmc' in reading ? undefined : supplyFactorOf(memory.supplies.get(hostId) ?? []),
        },
      ]),
    );
  };
};
