/** Asks systemd. */
import { runCommand } from '../../../lib/io/run-command.ts';
import type { Attempt } from '../finding.ts';
import { parseUnit, type Unit, unitProperties } from '../unit.ts';
import { attempt } from './attempt.ts';

const systemctlTimeoutMs = 5000;

export const readUnit = (name: string): Promise<Attempt<Unit>> =>
  attempt(async () => {
    const argv = ['systemctl', 'show', `--property=${unitProperties.join(',')}`, '--', name] as const;
    return parseUnit(name, await runCommand(argv, systemctlTimeoutMs));
  });
