/**
 * Asks the power agent of each host, all at once, each at most every five seconds: Scaphandre stops measuring
 * when it is asked more often than every two.
 *
 * An agent that hangs costs one scrape its timeout. After that it is asked in the background, and nobody waits
 * for it until it has answered again. One whose answer cost much is asked in the background too, and less often.
 */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { DownloadFailure, download } from '../../lib/io/download.ts';
import { createLookup } from '../../lib/io/lookup.ts';
import { createProcessorMeter, type ProcessorMeter } from '../../lib/io/processor-meter.ts';
import type { Host } from '../../lib/one/host.ts';
import type { PowerAgent, PowerVerdict, UnsoundReason } from '../agents/agent.ts';
import { agentAt } from '../agents/agent-at.ts';
import { type AgentPage, createAgentPageReader } from '../agents/agent-page.ts';
import { agentUrlsOf } from '../agents/agent-url.ts';
import { intervalAfter, leastIntervalMs } from '../agents/asking-interval.ts';
import type { PowerSettings } from '../agents/power-options.ts';
import type { AgentAnswer, Documents } from '../collector.ts';
import { hasPowerAgent } from '../power.ts';

export interface AskAgentsOptions {
  readonly agents: readonly PowerAgent[];
  readonly settings: PowerSettings;
  readonly now: () => number;
  readonly signal?: AbortSignal;
  /** Is told of each answer. */
  readonly onAnswer?: (answer: AgentAnswer) => void;
  /** Is told when the answer at a URL of a host changes; `undefined` before the first. */
  readonly onChange: (host: Host, answer: AgentAnswer, before: AgentAnswer | undefined) => void;
}

interface AskedAgent {
  askedAt: number;
  /** It is asked again after this time. */
  intervalMs: number;
  answer: AgentAnswer;
  /** The last page that came whole. */
  page: Pick<AgentPage, 'agent' | 'counters'> | undefined;
  /** Not where its last answer was none, after a long time, or cost much. */
  isWaitedFor: boolean;
  running: Promise<void> | undefined;
}

const slowFailureMs = 1000;
/** Fewer than libuv has threads for lookups, so that OpenNebula's own name never waits for theirs. */
const lookupsAtOnce = 4;
const keepAddressesMs = 60_000;
const mostPageBytes = 64 * 1024 * 1024;
const mostProcessorMs = 300;

const failureReasons: Readonly<Record<DownloadFailure['kind'], UnsoundReason>> = {
  'bad-url': 'bad_url',
  connection: 'connection_failed',
  timeout: 'timeout',
  'http-status': 'http_status',
  truncated: 'truncated',
  'too-large': 'too_large',
  'too-costly': 'too_costly',
  aborted: 'connection_failed',
};

const unsound = (reason: UnsoundReason, detail: string): PowerVerdict => ({
  sound: false,
  version: '',
  reason,
  detail,
});

const notAsked = unsound('timeout', 'not answered yet');
const badUrl = unsound(
  'bad_url',
  '--power.agent-url, or POWER_AGENT_URL of the host, gives no valid http or https URL',
);

type AskedPage = Pick<AskedAgent, 'answer' | 'page'>;

/** Asks what answers at a URL, where another page may have been read before. */
const createPageDownload = ({ agents, settings, now, signal }: AskAgentsOptions) => {
  const timeoutMs = settings['power.agent-timeout'];
  const lookup = createLookup({ atOnce: lookupsAtOnce, keepMs: keepAddressesMs, now, signal });
  return async (
    url: URL,
    { answer, page: earlier }: AskedAgent,
    meter: ProcessorMeter,
  ): Promise<AskedPage> => {
    const { agent } = answer;
    const reader = createAgentPageReader(agents, settings);
    try {
      await download({
        url,
        connectTimeoutMs: timeoutMs,
        totalTimeoutMs: timeoutMs,
        mostBytes: mostPageBytes,
        processor: { meter, mostMs: mostProcessorMs },
        keepsConnection: true,
        lookup,
        ...(signal === undefined ? {} : { signal }),
        onChunk: reader.push,
      });
      const page = reader.finish(earlier, now() / 1000);
      return { answer: { agent: page.agent?.name ?? agent, verdict: page.verdict }, page };
    } catch (thrown) {
      const verdict =
        thrown instanceof DownloadFailure
          ? unsound(failureReasons[thrown.kind], thrown.message)
          : unsound('not_an_agent_page', reasonOf(thrown));
      return { answer: { agent, verdict }, page: earlier };
    }
  };
};

/** What is known of each URL: hosts that share an agent share its answer, and it is asked once for all of them. */
const createAskedAgents = (options: AskAgentsOptions) => {
  const { agents, settings, now, onAnswer } = options;
  const slowMs = Math.min(slowFailureMs, settings['power.agent-timeout']);
  const asked = new Map<string, AskedAgent>();
  const downloadPage = createPageDownload(options);

  const askOne = async (url: URL, state: AskedAgent): Promise<void> => {
    state.askedAt = now();
    const meter = createProcessorMeter();
    Object.assign(state, await downloadPage(url, state, meter));
    onAnswer?.(state.answer);
    state.intervalMs = intervalAfter(state.answer.verdict, meter.usedMs(), state.intervalMs);
    state.running = undefined;
    const wasSlow = !state.answer.verdict.sound && now() - state.askedAt >= slowMs;
    state.isWaitedFor = !wasSlow && state.intervalMs === leastIntervalMs;
  };
  const stateOf = (url: URL): AskedAgent => {
    const known = asked.get(url.href);
    if (known !== undefined) return known;
    const answer = { agent: agentAt(url, agents)?.name ?? '', verdict: notAsked };
    const state: AskedAgent = {
      askedAt: -Infinity,
      intervalMs: leastIntervalMs,
      answer,
      page: undefined,
      isWaitedFor: true,
      running: undefined,
    };
    asked.set(url.href, state);
    return state;
  };
  return {
    /** Starts to ask an agent if it is time; what to wait for. */
    start(url: URL): Promise<void> | undefined {
      const state = stateOf(url);
      if (state.running === undefined && now() - state.askedAt >= state.intervalMs) {
        state.running = askOne(url, state);
      }
      return state.isWaitedFor ? state.running : undefined;
    },
    answerOf: (url: URL): AgentAnswer => stateOf(url).answer,
    /** Forgets those that are not asked any more. */
    keepOnly(urls: ReadonlyMap<string, URL>): void {
      for (const href of asked.keys()) if (!urls.has(href)) asked.delete(href);
    },
  };
};

interface Place {
  readonly host: Host;
  readonly urls: readonly URL[];
  readonly unusable: readonly string[];
}

export const createAgentAsker = (
  options: AskAgentsOptions,
): ((hosts: readonly Host[]) => Promise<Documents['agents']>) => {
  const { agents, settings, onChange } = options;
  const unusableAnswer: AgentAnswer = { agent: agentAt(undefined, agents)?.name ?? '', verdict: badUrl };
  const asked = createAskedAgents(options);
  /** By host and URL. */
  let lastAnswers: ReadonlyMap<string, AgentAnswer> = new Map();
  const answersOf = (
    { host, urls, unusable }: Place,
    seen: Map<string, AgentAnswer>,
  ): readonly AgentAnswer[] =>
    [
      ...urls.map((url) => [url.href, asked.answerOf(url)] as const),
      ...unusable.map((template) => [template, unusableAnswer] as const),
    ].map(([place, answer]) => {
      const key = `${host.id} ${place}`;
      const before = lastAnswers.get(key);
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
    lastAnswers = seen;
    return answers;
  };
};
