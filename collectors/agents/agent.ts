/**
 * What a power agent is to the exporter: a page on a hypervisor that is read while it comes.
 *
 * One file for each agent stands beside this one and holds all that is the agent's own; agents.ts lists them in
 * the order in which they are trusted. Whether values can be true is judged for all agents in plausibility.ts.
 */
import type { HostModel } from '../../lib/power-model/power-model.ts';
import type { Microwatts } from '../../lib/units/units.ts';
import type { PlatformReading } from './platform-power.ts';
import type { PowerSettings } from './power-options.ts';

/** How the power of VMs comes about; docs/metrics.md lists them with their meaning. */
export const powerMethods = {
  agent_watts: 'the agent gives the power of each VM',
  agent_joules: 'the agent counts the energy of each VM',
  cpu_seconds:
    'the power of the host, shared out by the processor time that the agent counts for each process of a VM',
  opennebula_cpu:
    "an estimate: the power of the host, shared out by the CPU that OpenNebula's monitoring has for each VM",
} as const;
export type PowerMethod = keyof typeof powerMethods;

/** What an agent calls a VM: libvirt's name of the domain and its UUID, one of them '' where it is not told. */
export interface Domain {
  readonly name: string;
  readonly uuid: string;
}

/** Why a VM that an agent has seen has no power. */
export type DomainReason = 'absurd_value' | 'inflated' | 'first_reading';

/** A VM that an agent has seen on its host. */
export interface DomainPower extends Domain {
  readonly power: Microwatts | DomainReason;
}

/** How busy a host was, and what it drew over the same time. */
export interface HostUse {
  /** Which part of all CPUs was busy. */
  readonly busyRatio: number;
  readonly microwatts: number;
}

export interface PowerReading {
  /** How the power of VMs came about; `undefined` where the agent measures no VMs. */
  readonly method: PowerMethod | undefined;
  /** A VM that is not in it was not seen. `undefined` where the agent measures no VMs. */
  readonly domains: readonly DomainPower[] | undefined;
  /** `undefined` where the agent does not tell. */
  readonly hostPower: Microwatts | undefined;
  /** The power of the host is that of the whole machine, or of a model, and not of its processors. */
  readonly isNotOfProcessors?: boolean;
  /** The agent is known to inflate the power of VMs: it is believed only where OpenNebula's figures bear it out. */
  readonly isDoubtful: boolean;
  /** What the agent has learnt of its host while it ran. */
  readonly model?: HostModel;
  /** Where the agent tells both. */
  readonly use?: HostUse;
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
  other_host:
    'the page shows VMs that OpenNebula has on other hosts, and none of those that run on this one: the name of the host leads to another machine',
  mixed:
    'the answer contains metrics of several power agents, some of which may be missing: each agent needs a URL of its own',
  rapl_unreadable:
    'the agent cannot read the energy counters: the energy or the power of the host is 0, or the page has no socket',
  no_process_power:
    'the page has no power of processes: the agent has just started, or an energy counter has wrapped',
  no_power:
    'the page has no power: the agent cannot read an energy counter or a process (it must run as root), or measures none',
  first_reading: 'the agent counts energy or processor time: power is known from its second answer on',
  frozen:
    'the page has not changed for five minutes: the agent has stopped measuring, as Scaphandre does when it is asked more often than every two seconds, or something on the way keeps old answers',
  inflated:
    'the processes together draw more than their host: the agent inflates them, as Scaphandre 1.0.3 of Debian sid does',
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

export interface DomainCounter extends Domain {
  readonly count: number;
  /** The counter of which this is the end: its VM may run again, and count anew there. */
  readonly endOf?: string;
}

/** Of an agent that counts: power is what its counters have moved by since the page before. */
export interface AgentCounters {
  /** When they were read, in seconds: by the agent's own measure of time, or by ours where it has none. */
  readonly seconds: number;
  /** When the page was read, on our clock, where `seconds` are the agent's own. */
  readonly readSeconds?: number;
  /** Of the seconds, those for which the agent knows the joules; `undefined` where it does not tell. */
  readonly measuredSeconds?: number;
  readonly hostJoules: number;
  /** What the joules are the sum of: those of other zones cannot be compared with them. */
  readonly meter?: string;
  /** Joules, or processor seconds, by what tells one counter from another. */
  readonly domains: ReadonlyMap<string, DomainCounter>;
  /** What the VMs have added to the energy of the host, by the same keys; missing where the agent does not know it. */
  readonly marginal?: ReadonlyMap<string, number>;
  /** Of them, those of VMs that have ended. */
  readonly ended?: ReadonlySet<string>;
  /** How many CPUs the host has, where the counts of domains are processor seconds. */
  readonly cpus?: number;
  /**
   * What the processors themselves count, where the agent makes counters of its own of that: it goes on when the agent
   * begins anew, and wraps. Such an agent has no measure of time of its own.
   */
  readonly rawHostJoules?: number;
}

/** A VM as it stands on a page. */
export interface PageDomain extends Domain {
  /** In microwatts, also what is no number. */
  readonly power: number | 'first_reading';
}

/** What a page says, whether it can be true or not. */
export interface PageContent {
  readonly version: string;
  /** Why the agent itself could not measure, if its page shows that. */
  readonly problem: { readonly reason: UnsoundReason; readonly detail: string } | undefined;
  readonly method: PowerMethod | undefined;
  /** Each VM once; `undefined` where the agent measures no VMs. */
  readonly domains: readonly PageDomain[] | undefined;
  /** In microwatts. */
  readonly hostPower: number | undefined;
  readonly isNotOfProcessors?: boolean;
  /** 0 where the page does not tell. */
  readonly socketCount: number;
  /** In microwatts, of each process of the host; where threads stand beside their processes, each counts twice. */
  readonly processes?: { readonly powers: readonly number[]; readonly timesCounted: 1 | 2 };
  readonly isDoubtful?: boolean;
  readonly use?: HostUse;
  /** What the agent has learnt of its host while it ran, whether it can be true or not. */
  readonly model?: HostModel;
  /** Of the whole machine; known also where the agent cannot measure the rest. */
  readonly platform?: readonly PlatformReading[];
  /** Of an agent that counts: what its next page is compared with. */
  readonly counters?: AgentCounters;
  /** A value that is another one on each page, as long as the agent measures; `undefined` where the page has none. */
  readonly pulse?: number | undefined;
}

/** Takes the lines of a page that the agent was recognised by, from the first that has its prefix. */
export interface PageReader {
  /** The bytes of all lines since the last call are others now: pieces of a page share their memory. */
  startPiece(): void;
  /** A line, `[from, to)` of the bytes; the lines of one piece come in order. */
  readLine(bytes: Buffer, from: number, to: number): void;
  /**
   * @param earlier the counters of the page that was read before from the same agent at the same place
   * @param atSeconds when the page was read
   */
  finish(earlier: AgentCounters | undefined, atSeconds: number): PageContent;
}

export interface PowerAgent {
  /** It counts the energy of VMs, or of what it can be made: what was counted while the exporter did not run is known afterwards. */
  readonly countsVmEnergy?: boolean;
  /** It measures by a clock of its own, and asking it costs next to nothing: the accounts may ask as often as they want. */
  readonly mayBeAskedOften?: boolean;
  /** As it stands in labels; also the name of the job in which Prometheus scrapes these agents. */
  readonly name: string;
  /** The metrics that are the agent's own begin with one of them: a page is recognised by them. */
  readonly metricPrefixes: readonly string[];
  /** OpenNebula's own configuration of Prometheus scrapes it already. */
  readonly isScrapedAnyway?: boolean;
  /** Tells whose URL it is before anything has answered there. */
  readonly defaultPort: number;
  /** Another agent is more usual at that port: a URL alone never tells of this one. */
  readonly sharesPort?: boolean;
  /** @param settings the values of the collector's flags */
  createPageReader(settings: PowerSettings): PageReader;
}
