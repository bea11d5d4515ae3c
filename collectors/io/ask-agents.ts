/**
 * Asks the power agent of each host, all at once, each at most every five seconds: Scaphandre stops measuring
 * when it is asked more often than every two.
 *
 * An agent that hangs costs one scrape its timeout. After that it is asked in the background, and nobody waits
 * for it until it has answered again. One whose answer costs too much is asked again later and later.
 */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { DownloadFailure, download } from '../../lib/io/download.ts';
import { createLookup } from '../../lib/io/lookup.ts';
import type { Host } from '../../lib/one/host.ts';
import type { PowerAgent, PowerVerdict, UnsoundReason } from '../agents/agent.ts';
import { agentUrlOf } from '../agents/agent-url.ts';
import { intervalAfter, leastIntervalMs } from '../agents/asking-interval.ts';
import type { AgentAnswer } from '../collector.ts';
import { hasPowerAgent } from '../power.ts';

export interface AskAgentsOptions {
  readonly agent: PowerAgent;
  /** `http://{hostname}:8080/metrics` */
  readonly urlTemplate: string;
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly signal?: AbortSignal;
  /** Is told when a host's verdict changes; `undefined` before the first. */
  readonly onChange: (host: Host, verdict: PowerVerdict, before: PowerVerdict | undefined) => void;
}

interface AskedAgent {
  askedAt: number;
  /** It is asked again after this time. */
  intervalMs: number;
  verdict: PowerVerdict;
  hangs: boolean;
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
const badUrl = unsound('bad_url', '--power.agent-url, or POWER_AGENT_URL of the host, makes no http URL');

export const createAgentAsker = (
  options: AskAgentsOptions,
): ((hosts: readonly Host[]) => Promise<ReadonlyMap<number, AgentAnswer>>) => {
  const { agent, urlTemplate, timeoutMs, now, signal, onChange } = options;
  /** By URL: hosts that share an agent share its answer, and it is asked once for all of them. */
  const asked = new Map<string, AskedAgent>();
  const lastVerdicts = new Map<number, PowerVerdict>();
  const lookup = createLookup({ atOnce: lookupsAtOnce, keepMs: keepAddressesMs, now, signal });

  const readPage = async (url: URL): Promise<PowerVerdict> => {
    const page = agent.createPageReader();
    try {
      await download({
        url,
        connectTimeoutMs: timeoutMs,
        totalTimeoutMs: timeoutMs,
        mostBytes: mostPageBytes,
        mostProcessorMs,
        keepsConnection: true,
        lookup,
        ...(signal === undefined ? {} : { signal }),
        onChunk: page.push,
      });
      return page.finish();
    } catch (thrown) {
      return thrown instanceof DownloadFailure
        ? unsound(failureReasons[thrown.kind], thrown.message)
        : unsound('not_an_agent_page', reasonOf(thrown));
    }
  };

  const askOne = async (url: URL, state: AskedAgent): Promise<void> => {
    state.askedAt = now();
    state.verdict = await readPage(url);
    state.intervalMs = intervalAfter(state.verdict, state.intervalMs);
    state.running = undefined;
    state.hangs = !state.verdict.sound && now() - state.askedAt >= Math.min(slowFailureMs, timeoutMs);
  };

  /** Starts to ask an agent if it is time; what to wait for. */
  const start = (url: URL): Promise<void> | undefined => {
    const known = asked.get(url.href);
    const state = known ?? {
      askedAt: -Infinity,
      intervalMs: leastIntervalMs,
      verdict: notAsked,
      hangs: false,
      running: undefined,
    };
    if (known === undefined) asked.set(url.href, state);
    if (state.running === undefined && now() - state.askedAt >= state.intervalMs) {
      state.running = askOne(url, state);
    }
    return state.hangs ? undefined : state.running;
  };

  const verdictOf = (host: Host, url: URL | undefined): PowerVerdict => {
    const verdict = url === undefined ? badUrl : (asked.get(url.href)?.verdict ?? notAsked);
    const before = lastVerdicts.get(host.id);
    lastVerdicts.set(host.id, verdict);
    if (verdict !== before) onChange(host, verdict, before);
    return verdict;
  };

  return async (hosts) => {
    const places = hosts.filter(hasPowerAgent).map((host) => ({ host, url: agentUrlOf(host, urlTemplate) }));
    const urls = new Map(places.flatMap(({ url }) => (url === undefined ? [] : [[url.href, url] as const])));
    const ids = new Set(places.map(({ host }) => host.id));
    for (const href of asked.keys()) if (!urls.has(href)) asked.delete(href);
    for (const id of lastVerdicts.keys()) if (!ids.has(id)) lastVerdicts.delete(id);
    await Promise.all([...urls.values()].map(start));
    return new Map(
      places.map(({ host, url }) => [host.id, { agent: agent.name, verdict: verdictOf(host, url) }] as const),
    );
  };
};
