/** Reads the page of whichever agent answers: it is recognised by the prefix of its metrics while the page comes. */
import { createLineSplitter } from '../../lib/prometheus/line-splitter.ts';
import { beginsWith } from '../../lib/prometheus/sample-line.ts';
import type { AgentCounters, PageReader, PowerAgent, PowerVerdict } from './agent.ts';
import type { PlatformReading } from './platform-power.ts';
import { judgePage } from './plausibility.ts';
import type { PowerSettings } from './power-options.ts';

/** Longer lines are passed over. */
const longestLine = 1024 * 1024;
const lineEnd = 0x0a;

/**
 * What is measured moves: a page on which nothing does for so long is not of now, however fresh it looks. As long as
 * Prometheus shows the last value of a series that has gone.
 */
const longestStillSeconds = 300;

const mixedPage = {
  sound: false,
  reason: 'mixed',
  detail: 'the page has metrics of several power agents',
} as const;

/** What the pages of an agent that measures do not have twice, and since when they have had it. */
export interface Pulse {
  readonly value: number;
  readonly sinceSeconds: number;
}

export interface AgentPage {
  /** `undefined` where the page is no agent's. */
  readonly agent: PowerAgent | undefined;
  readonly verdict: PowerVerdict;
  /** Of an agent that counts. */
  readonly counters: AgentCounters | undefined;
  /** Of the machine, or of the machines that the agent asks. */
  readonly platform: readonly PlatformReading[];
  /** Where the page has one. */
  readonly pulse?: Pulse;
}

/** What a page is compared with that comes after it. */
export type EarlierPage = Pick<AgentPage, 'agent' | 'counters' | 'pulse'>;

export interface AgentPageReader {
  push(chunk: Buffer): void;
  /**
   * @param earlier the page that was read before at the same place
   * @param atSeconds when this page was read
   */
  finish(earlier: EarlierPage | undefined, atSeconds: number): AgentPage;
}

interface Candidate {
  readonly agent: PowerAgent;
  readonly prefix: Buffer;
}

const pulseAfter = (
  earlier: Pulse | undefined,
  value: number | undefined,
  atSeconds: number,
): Pulse | undefined => {
  if (value === undefined || Number.isNaN(value)) return undefined;
  return earlier?.value === value ? earlier : { value, sinceSeconds: atSeconds };
};

const frozenVerdict = (version: string, seconds: number): PowerVerdict => ({
  sound: false,
  version,
  reason: 'frozen',
  detail: `the page has not changed for ${Math.round(seconds)} s`,
});

/** A function that makes a reader for a page. */
export const createAgentPageReaders = (
  agents: readonly PowerAgent[],
  settings: PowerSettings,
): (() => AgentPageReader) => {
  const candidates = agents.flatMap((agent) =>
    agent.metricPrefixes.map((prefix) => ({ agent, prefix: Buffer.from(prefix) })),
  );
  return () => createAgentPageReader(candidates, settings);
};

const createAgentPageReader = (
  candidates: readonly Candidate[],
  settings: PowerSettings,
): AgentPageReader => {
  let anyLine = false;
  /** What stands behind the last line end is no whole line: digits may be missing, so it is recognised and not read. */
  let isCut = false;
  let endsLine = true;
  let isMixed = false;
  /** By byte: whether other agents' lines begin with it. */
  const isFirstByte = new Uint8Array(256);
  let recognised: { readonly agent: PowerAgent; readonly reader: PageReader } | undefined;

  const recognise = (bytes: Buffer, from: number, to: number): void => {
    const found = candidates.find(({ prefix }) => beginsWith(bytes, from, to, prefix));
    if (found === undefined) return;
    recognised = { agent: found.agent, reader: found.agent.createPageReader(settings) };
    for (const { agent, prefix } of candidates) if (agent !== found.agent) isFirstByte[prefix[0] ?? 0] = 1;
  };
  const isForeign = (bytes: Buffer, from: number, to: number): boolean => {
    if (isFirstByte[bytes[from] ?? 0] !== 1) return false;
    const found = candidates.find(({ prefix }) => beginsWith(bytes, from, to, prefix));
    return found !== undefined && found.agent !== recognised?.agent;
  };
  const lines = createLineSplitter(longestLine, (bytes, from, to) => {
    if (to === from) return;
    anyLine = true;
    if (recognised === undefined) recognise(bytes, from, to);
    else isMixed ||= isForeign(bytes, from, to);
    if (!isCut) recognised?.reader.readLine(bytes, from, to);
  });
  const judgeOther = (): PowerVerdict => {
    const prefixes = candidates.map(({ prefix }) => `${prefix.toString()}*`).join(' or ');
    return anyLine
      ? {
          sound: false,
          version: '',
          reason: 'not_an_agent_page',
          detail: `the page has no ${prefixes} metric`,
        }
      : { sound: false, version: '', reason: 'empty_body', detail: 'the page is empty' };
  };
  return {
    push(chunk) {
      recognised?.reader.startPiece();
      lines.push(chunk);
      endsLine = chunk.at(-1) === lineEnd;
    },
    finish(earlier, atSeconds) {
      recognised?.reader.startPiece();
      isCut = !endsLine;
      lines.finish();
      if (recognised === undefined)
        return { agent: undefined, verdict: judgeOther(), counters: undefined, platform: [] };
      const { agent, reader } = recognised;
      const known = earlier?.agent === agent ? earlier : undefined;
      const content = reader.finish(known?.counters, atSeconds);
      const { counters, platform = [] } = content;
      if (isMixed)
        return {
          agent,
          verdict: { ...mixedPage, version: content.version },
          counters: undefined,
          platform: [],
        };
      const pulse = pulseAfter(known?.pulse, content.pulse, atSeconds);
      const stillSeconds = pulse === undefined ? 0 : atSeconds - pulse.sinceSeconds;
      const page = { agent, counters, ...(pulse === undefined ? {} : { pulse }) };
      const verdict = judgePage(content);
      // Other reasons say more.
      const isFrozen =
        stillSeconds >= longestStillSeconds && (verdict.sound || verdict.reason === 'no_process_power');
      return isFrozen
        ? { ...page, verdict: frozenVerdict(content.version, stillSeconds), platform: [] }
        : { ...page, verdict, platform };
    },
  };
};
