/** Looks at what migrate_tunnel needs on this machine. */
import { hostname } from 'node:os';
import path from 'node:path';
import { runCommand } from '../../../lib/io/run-command.ts';
import { isKvm } from '../../../lib/one/host.ts';
import type { Surroundings } from '../check.ts';
import type { Attempt } from '../finding.ts';
import { type LiveMigrateFacts, tunnelScript } from '../live-migrate.ts';
import { type SudoAnswer, sudoListArgv, sudoRights } from '../sudo.ts';
import { attempt } from './attempt.ts';
import { mustBeExecutable } from './executable.ts';

const commandTimeoutMs = 10_000;

/** Whether one of the cloud's KVM hosts has this machine's name. */
const isHypervisor = async ({ hosts }: Surroundings): Promise<boolean> => {
  const own = new Set(['localhost', '127.0.0.1', hostname(), hostname().split('.')[0]]);
  const all = await attempt(hosts);
  return (
    'value' in all && all.value.some((host) => isKvm(host) && (own.has(host.name) || own.has(host.hostname)))
  );
};

const askSudo = async ({ uid }: Surroundings['user']): Promise<readonly SudoAnswer[]> => {
  const rights = Object.keys(sudoRights) as readonly SudoAnswer['right'][];
  const answers = await Promise.all(
    rights.map(async (right) => {
      const answer: Attempt<string> = await attempt(() =>
        runCommand(sudoListArgv(right, uid === 0), commandTimeoutMs),
      );
      // No sudo at all is no answer.
      const isThere = 'value' in answer || answer.kind !== 'missing';
      return isThere ? [{ right, isPermitted: 'value' in answer }] : [];
    }),
  );
  return answers.flat();
};

export const probeLiveMigrate = async (surroundings: Surroundings): Promise<LiveMigrateFacts> => {
  const { places, user } = surroundings;
  const script = path.join(places.remotes, 'vmm/kvm', tunnelScript);
  const mayAsk = user.uid === 0 || user.name === 'oneadmin';
  const [onedConf, isInPlace, isHere] = await Promise.all([
    surroundings.onedConf(),
    attempt(() => mustBeExecutable(script)),
    isHypervisor(surroundings),
  ]);
  const sudo = isHere && mayAsk ? await askSudo(user) : undefined;
  return { onedConfFile: path.join(places.etc, 'oned.conf'), onedConf, script, isInPlace, sudo };
};
