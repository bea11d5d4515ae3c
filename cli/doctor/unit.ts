/** What systemd says of a unit. */
import { type Attempt, failure, judgeProblem, ok, skipped, type Verdict } from './finding.ts';

export interface Unit {
  readonly name: string;
  readonly loadState: string;
  readonly activeState: string;
  /** Paths of its drop-in files. */
  readonly dropIns: readonly string[];
  /** Its files have changed since systemd read them. */
  readonly needsReload: boolean;
}

export const unitProperties = ['LoadState', 'ActiveState', 'DropInPaths', 'NeedDaemonReload'] as const;

/** Parses `systemctl show`: lines of `Key=value`. */
export const parseUnit = (name: string, output: string): Unit => {
  const textOf = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(output)?.[1]?.trim() ?? '';
  return {
    name,
    loadState: textOf('LoadState'),
    activeState: textOf('ActiveState'),
    dropIns: textOf('DropInPaths')
      .split(' ')
      .filter((path) => path !== ''),
    needsReload: textOf('NeedDaemonReload') === 'yes',
  };
};

/** @param remark what it costs that it does not run */
export const judgeUnit = (title: string, unit: Attempt<Unit>, remark = ''): Verdict => {
  if (!('value' in unit)) {
    return unit.kind === 'denied'
      ? judgeProblem(unit, '')
      : skipped(`whether ${title} runs cannot be told: systemd does not answer`);
  }
  const { name, loadState, activeState } = unit.value;
  if (loadState === 'not-found') return skipped(`systemd knows no ${name}`);
  if (activeState === 'active') return ok(`${title} runs`);
  const cost = remark === '' ? '' : ` (${remark})`;
  return failure(`${title} does not run: ${name} is ${activeState}${cost}`, `systemctl start ${name}`);
};
