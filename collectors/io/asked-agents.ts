/**
 * What answers at URLs: each is asked at most every five seconds, as Scaphandre stops measuring when it is asked more
 * often than every two. An agent of our own only shows what it has counted, and may be asked more often.
 *
 * An agent that hangs costs one scrape its timeout. After that it is asked in the background, and nobody waits
 * for it until it has answered again. One whose answer cost much is asked in the background too, and less often.
 */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { DownloadFailure, download } from '../../lib/io/download.ts';
import { createLookup } from '../../lib/io/lookup.ts';
import { createProcessorMeter, type ProcessorMeter } from '../../lib/io/processor-meter.ts';
import type { PowerAgent, PowerVerdict, UnsoundReason } from '../agents/agent.ts';
import { agentAt } from '../agents/agent-at.ts';
import { createAgentPageReaders } from '../agents/agent-page.ts';
import { intervalAfter, leastIntervalMs } from '../agents/asking-interval.ts';
import type { PowerSettings } from '../agents/power-options.ts';
import type { AgentAnswer } from '../collector.ts';
import type { AgentMemory, AskedAgent } from './agent-memory.ts';

export interface AskingOptions {
  readonly agents: readonly PowerAgent[];
  readonly settings: PowerSettings;
  readonly now: () => number;
  readonly signal?: AbortSignal;
  readonly memory: AgentMemory;
  /** How long agents that may be asked often are left alone at least; as the others where it is not given. */
  readonly oftenMs?: number;
  /** Is told of each answer. */
  readonly onAnswer?: (answer: AgentAnswer) => void;
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

export const unsound = (reason: UnsoundReason, detail: string): PowerVerdict => ({
  sound: false,
  version: '',
  reason,
  detail,
});

const notAsked = unsound('timeout', 'not answered yet');
type AskedPage = Pick<AskedAgent, 'answer' | 'page'>;

/** Asks what answers at a URL, where another page may have been read before. */
const createPageDownload = ({ agents, settings, now, signal }: AskingOptions) => {
  const timeoutMs = settings['power.agent-timeout'];
  const lookup = createLookup({ atOnce: lookupsAtOnce, keepMs: keepAddressesMs, now, signal });
  const createReader = createAgentPageReaders(agents, settings);
  return async (
    url: URL,
    { answer, page: earlier }: AskedAgent,
    meter: ProcessorMeter,
  ): Promise<AskedPage> => {
    const { agent } = answer;
    const reader = createReader();
    /** Agents have measured before their answer begins, however long it takes. */
    let readAt: number | undefined;
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
        onChunk(chunk) {
          readAt ??= now();
          reader.push(chunk);
        },
      });
      const at = readAt ?? now();
      const page = reader.finish(earlier, at / 1000);
      const { verdict, platform, counters } = page;
      const origin = { place: url.href, readAt: at, counters };
      return { answer: { agent: page.agent?.name ?? agent, verdict, platform, origin }, page };
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
export const createAskedAgents = (options: AskingOptions) => {
  const { agents, settings, now, onAnswer } = options;
  const slowMs = Math.min(slowFailureMs, settings['power.agent-timeout']);
  const { asked } = options.memory;
  const downloadPage = createPageDownload(options);
  const asksOften = new Set(agents.filter((agent) => agent.mayBeAskedOften).map(({ name }) => name));
  const leastOf = ({ agent, origin }: AgentAnswer): number =>
    origin !== undefined && asksOften.has(agent) ? (options.oftenMs ?? leastIntervalMs) : leastIntervalMs;

  const askOne = async (url: URL, state: AskedAgent): Promise<void> => {
    state.askedAt = now();
    const meter = createProcessorMeter();
    Object.assign(state, await downloadPage(url, state, meter));
    onAnswer?.(state.answer);
    const leastMs = leastOf(state.answer);
    state.intervalMs = intervalAfter(state.answer.verdict, meter.usedMs(), state.intervalMs, leastMs);
    if (state.answer.origin !== undefined && state.intervalMs > leastIntervalMs)
      state.answer = { ...state.answer, origin: { ...state.answer.origin, restMs: state.intervalMs } };
    state.running = undefined;
    const wasSlow = !state.answer.verdict.sound && now() - state.askedAt >= slowMs;
    state.isWaitedFor = !wasSlow && state.intervalMs === leastMs;
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
