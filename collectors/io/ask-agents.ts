/**
 * Asks the power agent of each host, all at once, each at most every five seconds: Scaphandre stops measuring
 * when it is asked more often than every two.
 *
 * An agent that hangs costs one scrape its timeout. After that it is asked in the background, and nobody waits
 * for it until it has answered again.
 */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { DownloadFailure, download } from '../../lib/io/download.ts';
import type { Host } from '../../lib/one/host.ts';
import { agentUrlOf } from '../agent-url.ts';
import type { PowerAgent, PowerVerdict, UnsoundReason } from '../agents/agent.ts';
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
  readonly url: string;
  askedAt: number;
  verdict: PowerVerdict;
  hangs: boolean;
  running: Promise<void> | undefined;
}

const leastIntervalMs = 5000;
const slowFailureMs = 1000;
const mostPageBytes = 64 * 1024 * 1024;

const failureReasons: Readonly<Record<DownloadFailure['kind'], UnsoundReason>> = {
  connection: 'connection_failed',
  timeout: 'timeout',
  'http-status': 'http_status',
  truncated: 'truncated',
  'too-large': 'too_large',
  aborted: 'connection_failed',
};

const unsound = (reason: UnsoundReason, detail: string): PowerVerdict => ({
  sound: false,
  version: '',
  reason,
  detail,
});

export const createAgentAsker = (
  options: AskAgentsOptions,
): ((hosts: readonly Host[]) => Promise<ReadonlyMap<number, AgentAnswer>>) => {
  const { agent, urlTemplate, timeoutMs, now, signal, onChange } = options;
  const asked = new Map<number, AskedAgent>();

  const readPage = async (url: URL): Promise<PowerVerdict> => {
    const page = agent.createPageReader();
    try {
      await download({
        url,
        connectTimeoutMs: timeoutMs,
        totalTimeoutMs: timeoutMs,
        mostBytes: mostPageBytes,
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

  const askOne = async (host: Host, url: URL, state: AskedAgent, isFirst: boolean): Promise<void> => {
    const before = isFirst ? undefined : state.verdict;
    state.askedAt = now();
    state.verdict = await readPage(url);
    state.running = undefined;
    state.hangs = !state.verdict.sound && now() - state.askedAt >= Math.min(slowFailureMs, timeoutMs);
    onChange(host, state.verdict, before);
  };

  /** Starts to ask a host if it is time; what to wait for. */
  const start = (host: Host): Promise<void> | undefined => {
    const url = agentUrlOf(host, urlTemplate);
    const known = asked.get(host.id);
    const text = url?.href ?? '';
    const isFirst = known?.url !== text;
    const state: AskedAgent =
      known === undefined || isFirst
        ? { url: text, askedAt: -Infinity, verdict: unsound('timeout', ''), hangs: false, running: undefined }
        : known;
    if (isFirst) asked.set(host.id, state);
    if (url === undefined) {
      const bad = unsound('bad_url', host.powerAgentUrl ?? urlTemplate);
      if (isFirst) onChange(host, bad, undefined);
      state.verdict = bad;
      return undefined;
    }
    if (state.running === undefined && now() - state.askedAt >= leastIntervalMs) {
      state.running = askOne(host, url, state, isFirst);
    }
    return state.hangs ? undefined : state.running;
  };

  return async (hosts) => {
    const withAgent = hosts.filter(hasPowerAgent);
    const ids = new Set(withAgent.map(({ id }) => id));
    for (const id of asked.keys()) if (!ids.has(id)) asked.delete(id);
    await Promise.all(withAgent.map(start));
    return new Map(
      withAgent.flatMap(({ id }) => {
        const state = asked.get(id);
        return state === undefined ? [] : [[id, { agent: agent.name, verdict: state.verdict }] as const];
      }),
    );
  };
};
