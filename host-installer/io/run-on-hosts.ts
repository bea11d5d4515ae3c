/** Runs remote.sh on many hosts: with a display or plain lines on stderr, all output in a log, a record of each host. */
import { watchInterruption } from '../../lib/io/interruption.ts';
import { cleanLine } from '../../lib/text/terminal-text.ts';
import { judgePort, portOfAgent } from '../agent-port.ts';
import type { Brought } from '../brought.ts';
import type { HostTarget } from '../choose-hosts.ts';
import { isMarker } from '../host-report.ts';
import type { HostRecord } from '../last-run.ts';
import { isWell, judgeHost, type Outcome, withPort } from '../outcome.ts';
import { formatProgress, type Progress, type RunningHost, type Screen } from '../progress.ts';
import { formatRemoteRun, type RemoteRun } from '../remote-run.ts';
import { openDisplay } from './progress-display.ts';
import { rollOut } from './rollout.ts';
import { openRunLog } from './run-log.ts';
import { runOnHost } from './run-on-host.ts';
import { tryPort } from './try-port.ts';

export interface HostsRun {
  readonly targets: readonly HostTarget[];
  readonly run: RemoteRun;
  readonly jobs: number;
  readonly user: string;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly logFile: string;
  readonly archive: Buffer;
  readonly brought?: Brought | undefined;
  readonly now: () => Date;
  /** With the records of all hosts, whenever one has ended. */
  readonly onEnd: (records: readonly HostRecord[]) => void;
}

export interface HostsRunEnd {
  /** In the order of the targets. */
  readonly records: readonly HostRecord[];
  /** By id: what host.sh plan said. */
  readonly plans: ReadonlyMap<number, readonly string[]>;
}

const formatEnd = ({ result, detail, agent, seconds }: HostRecord): string => {
  const watts = agent.watts === undefined ? '' : `, ${agent.watts.toFixed(1)} W`;
  return `${result}${watts} (${seconds?.toFixed(0) ?? '?'} s)${detail === '' ? '' : `: ${detail}`}`;
};

/** Who runs, and how many have ended. */
const createCounts = (total: number) => {
  const running = new Map<number, RunningHost>();
  const ended = { well: 0, unwell: 0 };
  return {
    note: ({ id, name }: HostTarget, startedMs: number, lastLine: string): void =>
      void running.set(id, { name, startedMs, lastLine }),
    end({ id, result }: HostRecord): void {
      running.delete(id);
      ended[isWell(result) ? 'well' : 'unwell'] += 1;
    },
    progress: (isStopping: boolean): Progress => ({
      ...ended,
      total,
      running: [...running.values()],
      isStopping,
    }),
  };
};

/** For `status`: an agent is of use where the front-end reaches it. */
const lookFromHere = async (name: string, outcome: Outcome): Promise<Outcome> => {
  const place = portOfAgent(outcome.agent, name);
  if (place === undefined) return outcome;
  const answer = await tryPort(place);
  return withPort(outcome, answer.isOpen, judgePort(outcome.agent, answer));
};

export const runOnHosts = async (hosts: HostsRun): Promise<HostsRunEnd> => {
  const { targets, run, now, archive, user } = hosts;
  const { stderr } = process;
  const counts = createCounts(targets.length);
  const plans = new Map<number, readonly string[]>();
  const warn = (text: string): void => void stderr.write(`warning: ${cleanLine(text)}\n`);
  const log = await openRunLog(hosts.logFile, now, warn);
  const interruption = watchInterruption();
  const { first: stop, second: abandon } = interruption;
  const draw = (screen: Screen): readonly string[] =>
    formatProgress(counts.progress(stop.aborted), now().getTime(), screen);
  const display = openDisplay(stderr, draw);

  const work = async (target: HostTarget): Promise<HostRecord> => {
    const { id, name } = target;
    const startedMs = now().getTime();
    counts.note(target, startedMs, '');
    log.write(name, `${run.command} begins`);
    if (!display.isDrawn) display.say(`${name}: begins`);
    const command = formatRemoteRun(run, id, { archiveBytes: archive.length, user });
    const { report, end } = await runOnHost(target, command, { ...hosts, stop, abandon }, (line) => {
      if (isMarker(line)) return;
      counts.note(target, startedMs, line.text);
      log.write(name, line.text);
    });
    plans.set(id, report.shown);
    const told = judgeHost(run.command, report, end);
    const outcome = run.command === 'status' ? await lookFromHere(name, told) : told;
    const seconds = (now().getTime() - startedMs) / 1000;
    const record = { id, name, ...outcome, seconds };
    counts.end(record);
    log.write(name, formatEnd(record));
    // What is drawn has counts of what went well.
    if (!display.isDrawn || !isWell(record.result)) display.say(`${name}: ${formatEnd(record)}`);
    return record;
  };

  try {
    return { records: await rollOut(targets, { jobs: hosts.jobs, stop, work, onEnd: hosts.onEnd }), plans };
  } finally {
    display.close();
    interruption.close();
    await log.close();
  }
};
