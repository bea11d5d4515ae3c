/** Pages of power agents, read as the exporter reads them. */
import type { DomainPower, PowerAgent, PowerVerdict } from '../../collectors/agents/agent.ts';
import { type AgentPage, createAgentPageReaders } from '../../collectors/agents/agent-page.ts';
import { powerAgents } from '../../collectors/agents/agents.ts';
import type { PowerSettings } from '../../collectors/agents/power-options.ts';
import { defaultSettings } from './documents.ts';
import { inPieces } from './recordings.ts';

export interface ReadingOptions {
  readonly pieceSize?: number;
  readonly agents?: readonly PowerAgent[];
  readonly settings?: PowerSettings;
  /** When each page is read, in seconds; ten apart where it does not matter. */
  readonly times?: readonly number[];
}

/** What is made of pages that come one after another from the same place. */
export const readAgentPages = (
  pages: readonly (Buffer | string)[],
  { pieceSize = 4096, agents = powerAgents, settings = defaultSettings, times = [] }: ReadingOptions = {},
): readonly AgentPage[] => {
  const createReader = createAgentPageReaders(agents, settings);
  let earlier: AgentPage | undefined;
  return pages.map((page, at) => {
    const reader = createReader();
    inPieces(Buffer.from(page), pieceSize, reader.push);
    earlier = reader.finish(earlier, times[at] ?? at * 10);
    return earlier;
  });
};

/** What is made of a page before which none was read. */
export const readAgentPage = (page: Buffer | string, options?: ReadingOptions): PowerVerdict =>
  readAgentPages([page], options)[0]?.verdict ?? { sound: false, version: '', reason: 'timeout', detail: '' };

const byKind = (domains: readonly DomainPower[]) => ({
  powers: domains.filter(({ power }) => typeof power === 'number'),
  others: domains.filter(({ power }) => typeof power === 'string'),
});
const byName = (domains: readonly DomainPower[]): Readonly<Record<string, number | string>> =>
  Object.fromEntries(domains.map(({ name, uuid, power }) => [name === '' ? uuid : name, power]));

/** What can be compared and is worth reading. */
export const shownVerdict = (verdict: PowerVerdict): Readonly<Record<string, unknown>> => {
  if (!verdict.sound) return { sound: false, version: verdict.version, reason: verdict.reason };
  const { hostPower, domains, method, isDoubtful } = verdict.reading;
  const { powers, others } = byKind(domains ?? []);
  return {
    sound: true,
    version: verdict.version,
    ...(method === undefined ? {} : { method }),
    ...(isDoubtful ? { isDoubtful } : {}),
    ...(hostPower === undefined ? {} : { hostPower }),
    ...(domains === undefined ? {} : { domains: byName(powers) }),
    ...(others.length === 0 ? {} : { unknown: byName(others) }),
  };
};
