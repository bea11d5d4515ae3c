/** The command that a hypervisor gets over ssh: it unpacks what comes on its stdin, runs it, and removes it again. */
import { type Argv, formatRemoteCommand } from '../lib/remote-command.ts';

export type HostCommand = 'install' | 'plan' | 'status' | 'uninstall';

export interface RemoteRun {
  readonly command: HostCommand;
  /** The sudo rules of live migration too. */
  readonly sudoRules: boolean;
  /** Options of host.sh. */
  readonly options: readonly string[];
}

/** Where in the archive the sudo rules stand; remote.sh knows it too. */
export const sudoersPath = 'sudoers.d/opennebula-extensions';

/**
 * bash takes stdin that is a socket for a remote shell, and would read ~/.bashrc.
 * It takes no more of stdin than the archive: what follows tells remote.sh that the front-end is still there.
 */
const unpackAndRun = `folder=$(mktemp -d) || exit 1
trap 'rm -rf -- "$folder"' EXIT
trap 'exit 143' HUP INT PIPE TERM
head -c "$1" | tar -x --no-same-owner -f - -C "$folder" || exit 1
shift
bash --norc "$folder/remote.sh" "$@"
exit "$?"`;

/** Commands whose effect depends on the host's id in OpenNebula. */
const commandsWithId: ReadonlySet<HostCommand> = new Set(['install', 'plan']);

/** @param user who logs in: any other than root becomes root with sudo, which must not ask for a password */
export const formatRemoteRun = (
  { command, sudoRules, options }: RemoteRun,
  hostId: number,
  { archiveBytes, user }: { readonly archiveBytes: number; readonly user: string },
): string => {
  const id = commandsWithId.has(command) ? ['--host-id', String(hostId)] : [];
  const words = [String(archiveBytes), sudoRules ? 'yes' : 'no', command, ...options, ...id];
  const argv: Argv = ['bash', '--norc', '-c', unpackAndRun, 'oneext-hosts', ...words];
  return formatRemoteCommand(user === 'root' ? argv : ['sudo', '-n', ...argv]);
};
