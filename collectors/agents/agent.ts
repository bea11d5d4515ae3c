/**
 * What a power agent is to the exporter: a page on a hypervisor that is read while it comes.
 *
 * One file for each agent stands beside this one and holds all that is the agent's own; agents.ts lists them in
 * the order in which they are trusted. Whether values can be true is judged for all agents in plausibility.ts.
 */
import type { Microwatts } from '../../lib/units/units.ts';
import type { PowerSettings } from './power-options.ts';

export interface PowerReading {
  /**
   * Power of each VM's process on this host, by VM id. A VM that is not in it was not seen. `undefined` where the
   * agent measures no VMs.
   */
  readonly vmPower: ReadonlyMap<number, Microwatts> | undefined;
  /** VMs that were seen with a value that cannot be true. */
  readonly absurdVms: ReadonlySet<number>;
  /** `undefined` where the agent does not tell. */
  readonly hostPower: Microwatts | undefined;
}

/** Why an agent's answer is not used; docs/metrics.md lists them with their meaning. */
export const unsoundReasons = {
  bad_url: '--power.agent-url, or POWER_AGENT_URL of the host, gives no valid http or https URL',
  connection_failed:
    'nothing answers: the connection is refused, the host cannot be reached, or its name is unknown',
  timeout: 'no complete answer came within --power.agent-timeout',
  http_status: 'the answer is not a success (redirects are not followed)',
  truncated: 'the answer was cut off before its end',
  too_large: 'the answer, with its HTTP framing, is larger than 64 MiB',
  too_costly: 'reading the answer took more than 0.3 s of processor time',
  empty_body: 'the answer is empty: the agent has crashed inside and needs a restart',
  not_an_agent_page: 'the answer contains no metric of a known power agent',
  rapl_unreadable:
    'the agent cannot read the energy counters: the energy or the power of the host is 0, or the page has no socket',
  no_process_power:
    'the page has no power of processes: the agent has just started, or an energy counter has wrapped',
  absurd_value:
    'the power of the host is negative, is not a number or is above 10 kW a socket, or its VMs together draw more than it does (10 kW a socket if that is unknown)',
} as const;
export type UnsoundReason = keyof typeof unsoundReasons;

export type PowerVerdict =
  | { readonly sound: true; readonly version: string; readonly reading: PowerReading }
  | {
      readonly sound: false;
      readonly version: string;
      readonly reason: UnsoundReason;
      readonly detail: string;
    };

/** Of an agent that counts energy: power is what they have moved by since the page before. */
export interface EnergyCounters {
  /** When they were read, by the agent's own measure of time. */
  readonly seconds: number;
  readonly hostJoules: number;
  /** By what tells one counter from another. */
  readonly vms: ReadonlyMap<string, { readonly vmId: number; readonly joules: number }>;
}

/** What a page says, whether it can be true or not. */
export interface PageContent {
  readonly version: string;
  /** Why the agent itself could not measure, if its page shows that. */
  readonly problem: { readonly reason: UnsoundReason; readonly detail: string } | undefined;
  /** In microwatts, by VM id; `undefined` where the agent measures no VMs. */
  readonly vmPower: ReadonlyMap<number, number> | undefined;
  /** In microwatts. */
  readonly hostPower: number | undefined;
  /** 0 where the page does not tell. */
  readonly socketCount: number;
  /** Of an agent that counts energy: what the next page is compared with. */
  readonly counters?: EnergyCounters;
}

/** Takes the lines of a page that the agent was recognised by, from the first that has its prefix. */
export interface PageReader {
  /** The bytes of all lines since the last call are others now: pieces of a page share their memory. */
  startPiece(): void;
  /** A line, `[from, to)` of the bytes; the lines of one piece come in order. */
  readLine(bytes: Buffer, from: number, to: number): void;
  /** @param earlier the counters of the page that was read before from the same agent */
  finish(earlier?: EnergyCounters): PageContent;
}

export interface PowerAgent {
  /** As it stands in labels; also the name of the job in which Prometheus scrapes these agents. */
  readonly name: string;
  /** As people write it. */
  readonly title: string;
  /** Every metric of the agent begins with it: a page is recognised by it. */
  readonly metricPrefix: string;
  /** Tells whose URL it is before anything has answered there. */
  readonly defaultPort: number;
  /** @param settings the values of the collector's flags */
  createPageReader(settings: PowerSettings): PageReader;
}
