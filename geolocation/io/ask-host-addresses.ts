/** Asks a hypervisor for its addresses over OpenSSH, with the configuration that OpenNebula itself uses. */
import { type CommandOptions, runCommand } from '../../lib/io/run-command.ts';
import { sshArgv } from '../../lib/io/ssh.ts';
import { addressCommand } from '../host-addresses.ts';

/** As whom ssh runs, with what environment, and until when. */
export type SshCaller = Pick<CommandOptions, 'signal' | 'user' | 'env'>;

/**
 * The output of `ip -json address show` on the host; fails with COMMAND_FAILED. The caller has made sure that
 * the name is safe. A connection that OpenNebula keeps open is used; none is left behind (a master in the
 * background would hold our pipes).
 */
export const askHostAddresses = (
  hostName: string,
  timeoutMs: number,
  caller: SshCaller = {},
): Promise<string> => {
  const options = ['ControlMaster=no', 'ForwardX11=no'];
  const call = { host: hostName, command: addressCommand, connectTimeoutMs: timeoutMs / 2, options };
  return runCommand(['ssh', ...sshArgv(call)], timeoutMs, caller);
};
