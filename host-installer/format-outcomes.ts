/** What came of a run over many hosts: tables for people, JSON for programs. */
import { cleanLine, formatColumns } from '../lib/text/terminal-text.ts';
import type { AgentFacts } from './host-report.ts';
import type { HostRecord } from './last-run.ts';

const orDash = (value: string | number | undefined): string =>
  value === undefined || value === '' ? '-' : String(value);
const formatWatts = ({ watts }: AgentFacts): string => (watts === undefined ? '-' : watts.toFixed(1));
const formatReach = ({ isReachable }: AgentFacts): string => {
  if (isReachable === undefined) return '-';
  return isReachable ? 'open' : 'closed';
};

/** Names are shown without what a terminal would act upon. */
const shownName = ({ id, name }: HostRecord): string => cleanLine(name) || `host ${id}`;

export const formatOutcomes = (records: readonly HostRecord[]): string =>
  formatColumns([
    ['HOST', 'RESULT', 'AGENT', 'WATTS', 'SECONDS', 'LAST ERROR'],
    ...records.map((record) => [
      shownName(record),
      record.result,
      [record.agent.runtime, record.agent.version].filter((each) => each !== undefined).join(' ') || '-',
      formatWatts(record.agent),
      record.seconds === undefined ? '-' : record.seconds.toFixed(0),
      orDash(record.detail),
    ]),
  ]);

export const formatStatus = (records: readonly HostRecord[]): string =>
  formatColumns([
    ['HOST', 'AGENT', 'VERSION', 'WATTS', 'LISTENS', 'FROM HERE', 'ALLOWED', 'LAST ERROR'],
    ...records.map((record) => [
      shownName(record),
      orDash(record.agent.runtime),
      orDash(record.agent.version),
      formatWatts(record.agent),
      orDash(record.agent.listens),
      formatReach(record.agent),
      orDash(record.agent.allowed),
      orDash(record.detail),
    ]),
  ]);

/** What host.sh plan said on each host. */
export const formatPlans = (
  records: readonly HostRecord[],
  plans: ReadonlyMap<number, readonly string[]>,
): string =>
  records
    .map((record) => {
      const why = record.detail === '' ? '' : `: ${record.detail}`;
      const head = `${shownName(record)} (${record.result}${why})\n`;
      return head + (plans.get(record.id) ?? []).map((line) => `  ${line}\n`).join('');
    })
    .join('');

/** @param plans where it was a plan that was asked for */
export const formatOutcomesJson = (
  records: readonly HostRecord[],
  plans?: ReadonlyMap<number, readonly string[]>,
): string => {
  const hosts = records.map(({ id, name, result, detail, agent, seconds }) => ({
    id,
    name,
    result,
    runtime: agent.runtime ?? null,
    agent_version: agent.version ?? null,
    power_watts: agent.watts ?? null,
    listens: agent.listens ?? null,
    reachable: agent.isReachable ?? null,
    allowed: agent.allowed ?? null,
    seconds: seconds ?? null,
    error: detail === '' ? null : detail,
    ...(plans === undefined ? {} : { plan: plans.get(id) ?? [] }),
  }));
  return `${JSON.stringify({ hosts }, undefined, 2)}\n`;
};

const mostNames = 10;

/** For a message: not 500 names. */
export const formatNames = (names: readonly string[]): string => {
  const shown = names.slice(0, mostNames).join(', ');
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown;
};
