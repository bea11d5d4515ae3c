/**
 * What a power agent is to the exporter: a page on a hypervisor that is read while it comes, and a verdict on
 * whether its values can be believed. One file for each agent stands beside this one; agents.ts lists them.
 */
import type { Microwatts } from '../../lib/units/units.ts';

export interface PowerReading {
  /** Power of each VM's process on this host, by VM id. A VM that is not in it was not seen. */
  readonly vmPower: ReadonlyMap<number, Microwatts>;
  /** `undefined` where the agent does not tell. */
  readonly hostPower: Microwatts | undefined;
}

/** Why an agent's answer is not used; docs/metrics.md lists them with their meaning. */
export const unsoundReasons = {
  bad_url: 'the URL made from --power.agent-url or POWER_AGENT_URL is not one',
  connection_failed: 'nothing answers: refused, unreachable, no such name',
  timeout: 'no complete answer within --power.agent-timeout',
  http_status: 'the answer is not a success (redirects are not followed)',
  truncated: 'the answer was cut off before its end',
  too_large: 'the answer is larger than 64 MiB, with all that frames it',
  too_costly: 'reading the answer took more than 0.3 s of processor time',
  empty_body: 'the answer is empty: the agent has crashed inside and needs a restart',
  not_an_agent_page: 'the answer holds no metric of a known agent',
  rapl_unreadable:
    'the agent cannot read the energy counters (energy or power of the host is 0, or there is no socket)',
  no_process_power: 'no power of processes yet: the first scrape after a start, or a counter that wrapped',
  absurd_value: 'a value is not a number, negative, or more than the host can draw',
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

export interface PageReader {
  push(chunk: Buffer): void;
  finish(): PowerVerdict;
}

export interface PowerAgent {
  readonly name: string;
  createPageReader(): PageReader;
}
