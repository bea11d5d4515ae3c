/** What came of a host: one word for the table, and why. */
import type { AgentFacts, HostReport } from './host-report.ts';
import type { HostCommand } from './remote-run.ts';

/** Word -> whether all is as it should be. `skipped`: not to be worked on at all. */
const wellByResult = {
  installed: true,
  unchanged: true,
  removed: true,
  planned: true,
  measures: true,
  skipped: true,
  failed: false,
  unreachable: false,
  'not supported': false,
  busy: false,
  stopped: false,
  'not begun': false,
} as const;
export type Result = keyof typeof wellByResult;

export const isResult = (text: unknown): text is Result =>
  typeof text === 'string' && Object.hasOwn(wellByResult, text);
export const isWell = (result: Result): boolean => wellByResult[result];

export interface Outcome {
  readonly result: Result;
  /** Why it is not well; '' where it is. */
  readonly detail: string;
  readonly agent: AgentFacts;
}

/** How a connection came to its end. */
export interface ConnectionEnd {
  /** Of ssh; `undefined` where it had to be killed. 255: its own failures. */
  readonly status: number | undefined;
  /** By itself, or what made us end it. */
  readonly cause: 'itself' | 'late' | 'stopped';
  /** For `late`: which limit it was, as `hosts.timeout=15m` or `40s`. */
  readonly limit?: string;
}

const sshFailed = 255;

const resultOfStatus = (status: number): Result => {
  if (status === 75) return 'busy';
  return status === 78 ? 'not supported' : 'failed';
};

/** How a plan ends that has found something to change. */
const wouldChange = 10;

const doneWords: Readonly<Record<HostCommand, Result>> = {
  install: 'installed',
  plan: 'planned',
  status: 'measures',
  uninstall: 'removed',
};

const judgeEnded = (command: HostCommand, report: HostReport, status: number): Omit<Outcome, 'agent'> => {
  const reason = report.complaint === '' ? report.errorLine : report.complaint;
  const isWellEnd = (one: number): boolean => one === 0 || (command === 'plan' && one === wouldChange);
  if (!isWellEnd(status))
    return { result: resultOfStatus(status), detail: reason || `host.sh ended with ${status}` };
  const { sudoRulesStatus = 0 } = report;
  if (!isWellEnd(sudoRulesStatus))
    return { result: 'failed', detail: report.errorLine || 'the sudo rules could not be put in place' };
  if (command === 'plan' && status === 0 && sudoRulesStatus === 0) return { result: 'unchanged', detail: '' };
  return { result: report.isUnchanged ? 'unchanged' : doneWords[command], detail: '' };
};

const judge = (command: HostCommand, report: HostReport, end: ConnectionEnd): Omit<Outcome, 'agent'> => {
  const { hostShStatus: status, hasBegun, errorLine } = report;
  const stays = hasBegun && status === undefined ? '; it may still be running there' : '';
  if (end.cause === 'late' && !hasBegun) {
    return { result: 'unreachable', detail: `no answer within ${end.limit ?? '?'}` };
  }
  if (end.cause === 'late') return { result: 'failed', detail: `no end within ${end.limit ?? '?'}${stays}` };
  if (end.cause === 'stopped' && status !== 0) {
    return { result: 'stopped', detail: `ended by the operator${stays}` };
  }
  if (status !== undefined) return judgeEnded(command, report, status);
  if (!hasBegun && end.status === sshFailed) return { result: 'unreachable', detail: errorLine };
  if (end.status === sshFailed) return { result: 'failed', detail: `the connection broke: ${errorLine}` };
  return { result: 'failed', detail: errorLine || `ssh ended with ${end.status ?? 'a signal'}` };
};

export const judgeHost = (command: HostCommand, report: HostReport, end: ConnectionEnd): Outcome => ({
  ...judge(command, report, end),
  agent: report.agent,
});

/** With what the front-end found when it tried the agent's port. @param complaint '' where nothing is wrong with it */
export const withPort = (outcome: Outcome, isReachable: boolean, complaint: string): Outcome => ({
  ...outcome,
  ...(complaint === ''
    ? {}
    : { result: 'failed', detail: [outcome.detail, complaint].filter(Boolean).join('; ') }),
  agent: { ...outcome.agent, isReachable },
});
