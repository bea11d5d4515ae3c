/**
 * Whether what an agent says can be true; the same for all agents.
 *
 * One absurd value costs one VM. A page is refused only where nothing on it can be believed: the agent could not
 * measure, the power of the host is absurd, all processes draw more than their host, or the VMs that remain do, or
 * more than its sockets can where the power of the host is unknown.
 */
import type { HostModel } from '../../lib/power-model/power-model.ts';
import { microwatts } from '../../lib/units/units.ts';
import type { DomainPower, HostUse, PageContent, PageDomain, PowerVerdict, UnsoundReason } from './agent.ts';

/** More than any socket draws; an agent that divides by no time at all gives 2^64-1. */
const mostMicrowattsPerSocket = 10_000e6;
/** Shares are measured a moment apart from the whole. */
const tolerance = 1.1;

const isPower = (value: number, most: number): boolean => value >= 0 && value <= most;

const judgeDomain = ({ name, uuid, power }: PageDomain, most: number): DomainPower => {
  if (typeof power === 'string') return { name, uuid, power };
  return { name, uuid, power: isPower(power, most) ? microwatts(power) : 'absurd_value' };
};

const sumOf = (domains: readonly DomainPower[]): number =>
  domains.reduce((all, { power }) => all + (typeof power === 'string' ? 0 : power), 0);

type Refusal = { readonly reason: UnsoundReason; readonly detail: string };

/** What cannot be true of one process costs that process alone. */
const judgeProcesses = ({ hostPower, processes }: PageContent): Refusal | undefined => {
  if (hostPower === undefined || processes === undefined) return undefined;
  let sum = 0; // a page may have thousands: no list of those that count is made
  for (const power of processes.powers) if (isPower(power, hostPower * tolerance)) sum += power;
  return sum > hostPower * processes.timesCounted * tolerance
    ? {
        reason: 'inflated',
        detail: `the processes draw ${sum} µW together, and their host ${hostPower} µW`,
      }
    : undefined;
};

const judgeSum = (
  domains: readonly DomainPower[],
  most: number,
  hostPower: number | undefined,
): Refusal | undefined => {
  const sum = sumOf(domains);
  const host = hostPower === undefined ? '' : `, and their host ${hostPower} µW`;
  return sum > most
    ? { reason: 'absurd_value', detail: `the VMs draw ${sum} µW together${host}` }
    : undefined;
};

const isModel = ({ idleWatts, wattsPerCpu, errorRatio }: HostModel, mostWatts: number): boolean =>
  [idleWatts, wattsPerCpu].every((watts) => watts === undefined || (watts > 0 && watts <= mostWatts)) &&
  errorRatio >= 0;

const isUse = ({ busyRatio, microwatts: power }: HostUse, most: number): boolean =>
  busyRatio >= 0 && busyRatio <= tolerance && power > 0 && power <= most;

export const judgePage = (content: PageContent): PowerVerdict => {
  const { version, problem, method, hostPower, socketCount, isDoubtful = false } = content;
  const refuse = (refusal: Refusal): PowerVerdict => ({ sound: false, version, ...refusal });
  if (problem !== undefined) return refuse(problem);
  const mostOfSockets = mostMicrowattsPerSocket * Math.max(1, socketCount);
  if (hostPower !== undefined && !isPower(hostPower, mostOfSockets))
    return refuse({ reason: 'absurd_value', detail: `the host draws ${hostPower} µW` });
  const mostOfHost = hostPower === undefined ? mostOfSockets : hostPower * tolerance;
  const domains = content.domains?.map((domain) => judgeDomain(domain, mostOfHost));
  const ofProcesses = judgeProcesses(content);
  const ofVms = judgeSum(domains ?? [], mostOfHost, hostPower);
  const refusal = isDoubtful ? (ofProcesses ?? ofVms) : (ofVms ?? ofProcesses);
  if (refusal !== undefined) return refuse(refusal);
  const { model, use } = content;
  const knowsHost = model !== undefined && isModel(model, mostOfSockets / 1e6);
  const tellsUse = use !== undefined && !isDoubtful && isUse(use, mostOfSockets);
  return {
    sound: true,
    version,
    reading: {
      method,
      domains,
      hostPower: hostPower === undefined ? undefined : microwatts(hostPower),
      isDoubtful,
      ...(content.isNotOfProcessors === true ? { isNotOfProcessors: true } : {}),
      ...(knowsHost ? { model } : {}),
      ...(tellsUse ? { use } : {}),
    },
  };
};
