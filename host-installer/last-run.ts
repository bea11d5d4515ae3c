/** What the last `oneext hosts install` came to, host by host: what --resume goes on from. */
import { isMapping, parseMapping } from '../lib/mapping.ts';
import type { HostTarget } from './choose-hosts.ts';
import type { AgentFacts } from './host-report.ts';
import { isResult, isWell, type Outcome } from './outcome.ts';

export interface HostRecord extends HostTarget, Outcome {
  readonly seconds: number | undefined;
}

export interface LastRun {
  /** Of the suite. */
  readonly version: string;
  /** What hosts were brought to: the options of host.sh, and --live-migrate. */
  readonly options: readonly string[];
  /** It was for all hosts of the cloud; otherwise for those that were named. */
  readonly isOfAll: boolean;
  /** Those that had not ended are `not begun`. */
  readonly hosts: readonly HostRecord[];
}

export const notBegun = ({ id, name }: HostTarget): HostRecord => ({
  id,
  name,
  result: 'not begun',
  detail: '',
  agent: {},
  seconds: undefined,
});

export const formatLastRun = (run: LastRun): string => `${JSON.stringify(run, undefined, 1)}\n`;

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

const parseAgent = (value: unknown): AgentFacts => {
  if (!isMapping(value)) return {};
  const [runtime, version] = [textOf(value['runtime']), textOf(value['version'])];
  const [listens, allowed] = [textOf(value['listens']), textOf(value['allowed'])];
  const watts = numberOf(value['watts']);
  return {
    ...(runtime === undefined ? {} : { runtime }),
    ...(version === undefined ? {} : { version }),
    ...(watts === undefined ? {} : { watts }),
    ...(listens === undefined ? {} : { listens }),
    ...(allowed === undefined ? {} : { allowed }),
  };
};

const parseRecord = (value: unknown): HostRecord | undefined => {
  if (!isMapping(value)) return undefined;
  const { id, name, result, detail, agent, seconds } = value;
  if (!Number.isSafeInteger(id) || typeof name !== 'string' || !isResult(result)) return undefined;
  const rest = { detail: textOf(detail) ?? '', agent: parseAgent(agent), seconds: numberOf(seconds) };
  return { id: Number(id), name, result, ...rest };
};

/** `undefined` where the text is not what formatLastRun writes. */
export const parseLastRun = (text: string): LastRun | undefined => {
  const document = parseMapping(text);
  if (document === undefined) return undefined;
  const { version, options, isOfAll, hosts } = document;
  if (typeof version !== 'string' || !isTexts(options) || typeof isOfAll !== 'boolean') return undefined;
  if (!Array.isArray(hosts)) return undefined;
  const records = hosts.map(parseRecord);
  if (!records.every((record) => record !== undefined)) return undefined;
  return { version, options, isOfAll, hosts: records };
};

const isSameAim = (
  one: Pick<LastRun, 'version' | 'options'>,
  other: Pick<LastRun, 'version' | 'options'>,
): boolean => one.version === other.version && JSON.stringify(one.options) === JSON.stringify(other.options);

export interface Resumption {
  readonly todo: readonly HostTarget[];
  /** Targets that the last run, with the same version and options, did well. */
  readonly done: readonly HostRecord[];
  /** Hosts of the last run that are no targets now: they stay to be resumed. */
  readonly others: readonly HostRecord[];
  readonly isSameAim: boolean;
}

export const planResume = (
  targets: readonly HostTarget[],
  lastRun: LastRun,
  aim: Pick<LastRun, 'version' | 'options'>,
): Resumption => {
  const ids = new Set(targets.map(({ id }) => id));
  const others = lastRun.hosts.filter(({ id }) => !ids.has(id));
  if (!isSameAim(lastRun, aim)) {
    return { todo: targets, done: [], others: others.map(notBegun), isSameAim: false };
  }
  const records = new Map(lastRun.hosts.map((record) => [record.id, record]));
  const todo: HostTarget[] = [];
  const done: HostRecord[] = [];
  for (const target of targets) {
    const record = records.get(target.id);
    if (record !== undefined && record.name === target.name && isWell(record.result)) done.push(record);
    else todo.push(target);
  }
  return { todo, done, others, isSameAim: true };
};

/** Without hosts that are not any more as that run has left them. */
export const forgetHosts = (run: LastRun, hosts: readonly HostTarget[]): LastRun => {
  const ids = new Set(hosts.map(({ id }) => id));
  return { ...run, hosts: run.hosts.map((record) => (ids.has(record.id) ? notBegun(record) : record)) };
};

/** What is wrong now and, of hosts where the last run failed, why it did. */
export const withLastErrors = (records: readonly HostRecord[], lastRun: LastRun): readonly HostRecord[] => {
  const failures = new Map(
    lastRun.hosts.filter(({ result }) => !isWell(result)).map((record) => [record.id, record]),
  );
  return records.map((record) => {
    const last = failures.get(record.id);
    if (last === undefined || isWell(record.result)) return record;
    if (last.detail === '' || last.detail === record.detail) return record;
    const told = `last install: ${last.result}: ${last.detail}`;
    return { ...record, detail: record.detail === '' ? told : `${record.detail}; ${told}` };
  });
};
