/** Tells Prometheus to read its configuration again. */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { runCommand } from '../../lib/io/run-command.ts';
import { prometheusError } from '../errors.ts';

const systemctlTimeoutMs = 5000;

/**
 * SIGHUP to the main process of the unit; `false` where the unit does not run. Needs no right but that of the
 * process' own user. Fails with PROMETHEUS_RELOAD.
 */
export const reloadPrometheus = async (unit: string): Promise<boolean> => {
  try {
    const output = await runCommand(
      ['systemctl', 'show', '--property=MainPID', '--value', '--', unit],
      systemctlTimeoutMs,
    );
    if (!/^\d+\s*$/.test(output)) throw new Error(`systemctl says ${JSON.stringify(output.slice(0, 100))}`);
    const pid = Number(output);
    if (pid <= 1) return false;
    process.kill(pid, 'SIGHUP');
    return true;
  } catch (thrown) {
    throw prometheusError('PROMETHEUS_RELOAD', { detail: reasonOf(thrown) }, thrown);
  }
};
