/** systemd's units on the front-end, and the copies of the drivers on the hypervisors. */

import { readFile, stat } from 'node:fs/promises';
import type { PendingRestart, Restart } from '../../../front-end-installer/restarts.ts';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { codeOf } from '../../../lib/errors/system-error.ts';
import { startTimeOf } from '../../../lib/io/process-start.ts';
import { runCommand } from '../../../lib/io/run-command.ts';
import type { Places } from '../../../lib/one/places.ts';
import { cliError } from '../../errors.ts';

const systemctlTimeoutMs = 120_000;
const onehostSyncTimeoutMs = 600_000;

const systemctl = (...argv: readonly string[]): Promise<string> =>
  runCommand(['systemctl', '--no-ask-password', ...argv], systemctlTimeoutMs);

/** systemd runs on this machine, and is asked; in a container, or an image that is being made, it does not. */
export const hasSystemd = (): Promise<boolean> =>
  stat('/run/systemd/system').then(
    (found) => found.isDirectory(),
    () => false,
  );

export const reloadUnits = async (): Promise<void> => {
  await systemctl('daemon-reload');
};

/** Those that run already go on. Nothing without systemd; in an image they start when it does. */
export const startTimers = async (timers: readonly string[]): Promise<void> => {
  if (timers.length > 0 && (await hasSystemd())) await systemctl('start', '--', ...timers);
};

const unitNotLoaded = 5; // exit status of systemctl: somebody has removed the unit

/** With what they have started, which is waited for. */
export const stopTimers = async (timers: readonly string[]): Promise<void> => {
  if (timers.length === 0 || !(await hasSystemd())) return;
  const units = [...timers, ...timers.map((timer) => timer.replace(/timer$/, 'service'))];
  await systemctl('stop', '--', ...units).catch((thrown: unknown) => {
    if (!(thrown instanceof Error) || codeOf(thrown.cause) !== unitNotLoaded) throw thrown;
  });
};

const argvOf = ({ unit, verb }: Restart): readonly string[] =>
  verb === 'restart' ? ['restart', unit] : ['kill', '--signal=HUP', unit];

export const formatRestart = (restart: Restart): string => `systemctl ${argvOf(restart).join(' ')}`;

const isActive = (unit: string): Promise<boolean> =>
  systemctl('is-active', '--quiet', '--', unit).then(
    () => true,
    () => false,
  );

/** Lines on what was done; a unit that does not run is left so. Fails with SERVICE_RESTART, after all were tried. */
export const restartServices = async (restarts: readonly Restart[]): Promise<readonly string[]> => {
  const lines: string[] = [];
  const problems: string[] = [];
  for (const restart of restarts) {
    const { unit } = restart;
    if (!(await isActive(unit))) {
      lines.push(`${unit} does not run: it was left so`);
      continue;
    }
    try {
      await systemctl(...argvOf(restart));
      if (!(await isActive(unit))) throw new Error('it does not run any more');
      lines.push(`${formatRestart(restart)}: done`);
    } catch (thrown) {
      problems.push(`${unit}: ${reasonOf(thrown).replaceAll(/\s*\n\s*/g, ' ')}`);
    }
  }
  if (problems.length > 0) throw cliError('SERVICE_RESTART', { problems: problems.join('; ') });
  return lines;
};

const ticksASecond = 100; // of /proc, on every Linux that Node runs on

/** When the unit's main process started; `undefined` where it has none. */
const startOf = async (unit: string): Promise<number | undefined> => {
  const pid = Number(await systemctl('show', '--property=MainPID', '--value', '--', unit));
  if (!(pid > 0)) return undefined;
  const ticks = Number(startTimeOf(pid));
  const kernel = await readFile('/proc/stat', 'utf8');
  const bootSeconds = Number(/^btime (\d+)$/m.exec(kernel)?.[1]);
  return (bootSeconds + ticks / ticksASecond) * 1000;
};

/** Services whose process is older than the change, or of which that cannot be told. */
export const stillPending = async (
  pending: readonly PendingRestart[],
): Promise<readonly PendingRestart[]> => {
  if (!(await hasSystemd())) return pending;
  const starts = await Promise.all(pending.map(({ unit }) => startOf(unit).catch(() => undefined)));
  return pending.filter(({ since }, at) => !((starts[at] ?? 0) > Date.parse(since)));
};

/** `onehost sync --force`, as the owner of the drivers: it refuses root. Fails with COMMAND_FAILED. */
export const syncRemotes = async (
  { var: home, oneLocation, remotes }: Places,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> => {
  const { uid, gid } = await stat(remotes);
  const onehost = oneLocation === '' ? 'onehost' : `${oneLocation}/bin/onehost`;
  const isRoot = process.getuid?.() === 0;
  await runCommand([onehost, 'sync', '--force'], onehostSyncTimeoutMs, {
    env: { ...environment, HOME: home },
    ...(isRoot ? { user: { uid, gid } } : {}),
  });
};
