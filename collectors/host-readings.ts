/** What the agents of a host say, the most trusted first. */
import type { PowerReading } from './agents/agent.ts';
import { agentNames } from './agents/agents.ts';
import type { AgentAnswer } from './collector.ts';

const byTrust = (one: AgentAnswer, other: AgentAnswer): number =>
  agentNames.indexOf(one.agent) - agentNames.indexOf(other.agent);

/** The sound readings of a host, the most trusted agent's first; of one agent the first. */
export const readingsOf = (answers: readonly AgentAnswer[]): readonly PowerReading[] => {
  const ordered = answers.length > 1 ? answers.toSorted(byTrust) : answers;
  return ordered.flatMap(({ verdict }) => (verdict.sound ? [verdict.reading] : []));
};

/** The one that gives the power of the host. */
export const hostReadingOf = (answers: readonly AgentAnswer[]): PowerReading | undefined =>
  readingsOf(answers).find(({ hostPower }) => hostPower !== undefined);

/** Whether one of the host's agents can say which VMs draw power. */
export const measuresVms = (answers: readonly AgentAnswer[] | undefined): boolean =>
  readingsOf(answers ?? []).some(({ domains }) => domains !== undefined);

/** Whether the power of the host's VMs can only be estimated. */
export const isHostMeter = (answers: readonly AgentAnswer[]): boolean =>
  !measuresVms(answers) && hostReadingOf(answers) !== undefined;
