/** Asks a hypervisor for its addresses over OpenSSH, with the configuration that OpenNebula itself uses. */
import { runCommand } from '../../lib/io/run-command.ts';
import { addressCommand } from '../host-addresses.ts';

/**
 * The output of `ip -json address show` on the host; fails with COMMAND_FAILED. The caller has made sure that
 * the name is safe. A connection that OpenNebula keeps open is used; none is left behind (a master in the
 * background would hold our pipes).
 */
export const askHostAddresses = (
  hostName: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<string> => {
  const connectTimeout = Math.max(1, Math.ceil(timeoutMs / 2000));
  const options = ['BatchMode=yes', `ConnectTimeout=${connectTimeout}`, 'ControlMaster=no', 'ForwardX11=no'];
  return runCommand(
    ['ssh', '-T', '-n', ...options.flatMap((option) => ['-o', option]), '--', hostName, addressCommand],
    timeoutMs,
    signal === undefined ? {} : { signal },
  );
};
