/** Asks the power agents of each host, all at once. */
import type { Host } from '../../lib/one/host.ts';
import { agentAt } from '../agents/agent-at.ts';
import { agentUrlsOf } from '../agents/agent-url.ts';
import type { AgentAnswer, Documents } from '../collector.ts';
import { hasPowerAgent } from '../power.ts';
import { type AskingOptions, createAskedAgents, unsound } from './asked-agents.ts';

export interface AskAgentsOptions extends AskingOptions {
  /** Is told when the answer at a URL of a host changes; `undefined` before the first. */
  readonly onChange: (host: Host, answer: AgentAnswer, before: AgentAnswer | undefined) => void;
}

const badUrl = unsound(
  'bad_url',
  '--power.agent-url, or POWER_AGENT_URL of the host, gives no valid http or https URL',
);

interface Place {
  readonly host: Host;
  readonly urls: readonly URL[];
  readonly unusable: readonly string[];
}

export const createAgentAsker = (
  options: AskAgentsOptions,
): ((hosts: readonly Host[]) => Promise<Documents['agents']>) => {
  const { agents, settings, memory, onChange } = options;
  const unusableAnswer: AgentAnswer = { agent: agentAt(undefined, agents)?.name ?? '', verdict: badUrl };
  const asked = createAskedAgents(options);
  const answersOf = (
    { host, urls, unusable }: Place,
    seen: Map<string, AgentAnswer>,
  ): readonly AgentAnswer[] =>
    [
      ...urls.map((url) => [url.href, asked.answerOf(url)] as const),
      ...unusable.map((template) => [template, unusableAnswer] as const),
    ].map(([place, answer]) => {
      const key = `${host.id} ${place}`;
      const before = memory.lastAnswers.get(key);
      seen.set(key, answer);
      if (answer !== before) onChange(host, answer, before);
      return answer;
    });

  return async (hosts) => {
    const places = hosts
      .filter(hasPowerAgent)
      .map((host): Place => ({ host, ...agentUrlsOf(host, settings['power.agent-url']) }));
    const urls = new Map(places.flatMap((place) => place.urls.map((url) => [url.href, url] as const)));
    asked.keepOnly(urls);
    await Promise.all([...urls.values()].map(asked.start));
    const seen = new Map<string, AgentAnswer>();
    const answers = new Map(places.map((place) => [place.host.id, answersOf(place, seen)] as const));
    memory.lastAnswers = seen;
    return answers;
  };
};
