/** Runs remote.sh on many hosts: with a display or plain lines on stderr, all output in a log, a record of each host. */
import { cleanLine } from '../../lib/terminal-text.ts';
import type { HostTarget } from '../choose-hosts.ts';
import type { HostRecord } from '../last-run.ts';
import { isWell, judgeHost } from '../outcome.ts';
import { formatProgress, type Progress, type RunningHost } from '../progress.ts';
import { formatRemoteRun, type RemoteRun } from '../remote-run.ts';
import { watchInterrupts } from './interrupts.ts';
import { openDisplay } from './progress-display.ts';
import { rollOut } from './rollout.ts';
import { openRunLog } from './run-log.ts';
import { runOnHost } from './run-on-host.ts';

export interface HostsRun {
  readonly targets: readonly HostTarget[];
  readonly run: RemoteRun;
  readonly jobs: number;
  readonly user: string;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly logFile: string;
  readonly archive: Buffer;
  readonly now: () => Date;
  /** With the records of all hosts, whenever one has ended. */
  readonly onEnd: (records: readonly HostRecord[]) => void;
}

export interface HostsRunEnd {
  /** In the order of the targets. */
  readonly records: readonly HostRecord[];
  /** By id: what host.sh plan said. */
  readonly plans: ReadonlyMap<number, readonly string[]>;
  readonly wasStopped: boolean;
}

const formatEnd = ({ name, result, detail, agent, seconds }: HostRecord): string => {
  const watts = agent.watts === undefined ? '' : `, ${agent.watts.toFixed(1)} W`;
  return `${name}: ${result}${watts} (${seconds?.toFixed(0) ?? '?'} s)${detail === '' ? '' : `: ${detail}`}`;
};

export const runOnHosts = async (hosts: HostsRun): Promise<HostsRunEnd> => {
  const { targets, now } = hosts;
  const { stderr } = process;
  const interrupts = watchInterrupts();
  const running = new Map<number, RunningHost>();
  const counts = { well: 0, unwell: 0 };
  const plans = new Map<number, readonly string[]>();
  const progress = (): Progress => ({
    ...counts,
    total: targets.length,
    running: [...running.values()],
    isStopping: interrupts.stop.aborted,
  });
  const log = await openRunLog(
    hosts.logFile,
    now,
    (text) => void stderr.write(`warning: ${cleanLine(text)}\n`),
  );
  const display = openDisplay(stderr, (screen) => formatProgress(progress(), now().getTime(), screen));
  const isTerminal = stderr.isTTY === true;

  const work = async (target: HostTarget): Promise<HostRecord> => {
    const { id, name } = target;
    const startedMs = now().getTime();
    const command = formatRemoteRun(hosts.run, id, { archiveBytes: hosts.archive.length, user: hosts.user });
    running.set(id, { name, startedMs, lastLine: '' });
    log.write(name, `${hosts.run.command} begins`);
    if (!isTerminal) display.say(`${name}: begins`);
    const { report, end } = await runOnHost(target, command, { ...hosts, ...interrupts }, ({ text }) => {
      running.set(id, { name, startedMs, lastLine: text });
      log.write(name, text);
    });
    running.delete(id);
    const outcome = judgeHost(hosts.run.command, report, end);
    const record = { id, name, ...outcome, seconds: (now().getTime() - startedMs) / 1000 };
    counts[isWell(record.result) ? 'well' : 'unwell'] += 1;
    plans.set(id, report.shown);
    log.write(name, formatEnd(record));
    // On a terminal the counts tell of what went well.
    if (!isTerminal || !isWell(record.result)) display.say(formatEnd(record));
    return record;
  };

  try {
    const { stop } = interrupts;
    const records = await rollOut(targets, { jobs: hosts.jobs, stop, work, onEnd: hosts.onEnd });
    return { records, plans, wasStopped: stop.aborted };
  } finally {
    display.close();
    interrupts.close();
    await log.close();
  }
};
