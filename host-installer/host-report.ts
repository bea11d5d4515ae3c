/** What the lines say that a hypervisor gives back: how far remote.sh has come, and what host.sh tells of the agent. */

export interface OutputLine {
  readonly stream: 'stdout' | 'stderr';
  /** Clean: nothing in it acts upon a terminal. */
  readonly text: string;
}

/** Of the power agent; what was not told is `undefined`. */
export interface AgentFacts {
  readonly runtime?: string;
  readonly version?: string;
  readonly watts?: number;
  readonly listens?: string;
  readonly allowed?: string;
  /** What the front-end found when it tried the port. */
  readonly isReachable?: boolean;
}

export interface HostReport {
  /** All has arrived on the host, and host.sh is started. */
  readonly hasBegun: boolean;
  /** Exit codes; `undefined` while it has not ended. */
  readonly hostShStatus: number | undefined;
  readonly sudoRulesStatus: number | undefined;
  /** host.sh says that it had nothing to do, and the sudo rules were as they should. */
  readonly isUnchanged: boolean;
  readonly haveRulesChanged: boolean;
  readonly agent: AgentFacts;
  /** Why host.sh status fails; '' where it does not. */
  readonly complaint: string;
  /** The last error that was told or, without, the last line of stderr. */
  readonly errorLine: string;
  readonly hasToldError: boolean;
  /** What host.sh plan prints. */
  readonly shown: readonly string[];
}

export const emptyReport: HostReport = {
  hasBegun: false,
  hostShStatus: undefined,
  sudoRulesStatus: undefined,
  isUnchanged: false,
  haveRulesChanged: false,
  agent: {},
  complaint: '',
  errorLine: '',
  hasToldError: false,
  shown: [],
};

const mostShown = 200;
const marker = 'oneext-hosts: ';

/** What remote.sh tells us, not people. */
export const isMarker = ({ stream, text }: OutputLine): boolean =>
  stream === 'stdout' && text.startsWith(marker);

type Reading = (report: HostReport, found: readonly string[]) => Partial<HostReport>;

const withComplaint = ({ complaint }: HostReport, more: string): Partial<HostReport> => ({
  complaint: complaint === '' ? more : `${complaint}; ${more}`,
});

/** Lines of host.sh status; `found` is what stands in the parentheses. */
const readings: readonly (readonly [RegExp, Reading])[] = [
  [/^agent: none/, () => ({ complaint: 'there is no agent that host.sh installed' })],
  [/^agent: with (\S+), runs$/, ({ agent }, [runtime = '']) => ({ agent: { ...agent, runtime } })],
  [
    /^agent: with (\S+), does not run$/,
    (report, [runtime = '']) => ({
      agent: { ...report.agent, runtime },
      ...withComplaint(report, 'the agent does not run'),
    }),
  ],
  [/^listens: (\S+)$/, ({ agent }, [listens = '']) => ({ agent: { ...agent, listens } })],
  [/^allowed: (.+)$/, ({ agent }, [allowed = '']) => ({ agent: { ...agent, allowed } })],
  [
    /^measures: (\d+(?:\.\d+)?) W \(.+ (\S+)\)$/,
    ({ agent }, [watts, version = '']) => ({ agent: { ...agent, watts: Number(watts), version } }),
  ],
  [/^problem: (.+)$/, (report, [problem = '']) => withComplaint(report, problem)],
  [
    /^measures: no \((.*)\)$/,
    (report, [verdict]) => withComplaint(report, `the agent does not measure (${verdict})`),
  ],
];

const readStdout = (report: HostReport, text: string): HostReport => {
  if (text === `${marker}began`) return { ...report, hasBegun: true };
  if (!report.hasBegun) return report; // what a login prints
  const [, program, status] = /^oneext-hosts: (host\.sh|sudo rules) ended with (\d+)$/.exec(text) ?? [];
  if (program === 'host.sh') return { ...report, hostShStatus: Number(status) };
  if (program === 'sudo rules') return { ...report, sudoRulesStatus: Number(status) };
  const shown = report.shown.length < mostShown ? [...report.shown, text] : report.shown;
  for (const [pattern, reading] of readings) {
    const found = pattern.exec(text);
    if (found !== null) return { ...report, shown, ...reading(report, found.slice(1)) };
  }
  return { ...report, shown };
};

const nothingDone: ReadonlySet<string> = new Set([
  'nothing had to be changed',
  'there is nothing here that host.sh installed',
]);

const readStderr = (report: HostReport, text: string): HostReport => {
  if (nothingDone.has(text)) return { ...report, isUnchanged: !report.haveRulesChanged };
  if (/^(?:put the sudo rules|removing \/etc\/sudoers)/.test(text))
    return { ...report, haveRulesChanged: true, isUnchanged: false };
  if (text.startsWith('error: ')) return { ...report, hasToldError: true, errorLine: text.slice(7) };
  return report.hasToldError ? report : { ...report, errorLine: text.trim() };
};

export const readLine = (report: HostReport, { stream, text }: OutputLine): HostReport =>
  stream === 'stdout' ? readStdout(report, text) : readStderr(report, text);
