/**
 * How OpenSSH is called: as it is configured for whoever runs us (keys, known hosts, jump hosts), and never in a
 * way that asks a question. The only place that makes such an argv.
 */
export interface SshCall {
  /** The caller has made sure that it does not begin with `-`. */
  readonly host: string;
  /** What the login shell of the host gets. */
  readonly command: string;
  readonly connectTimeoutMs: number;
  /** A host that is silent for `count` times `seconds` is taken for dead; by default ssh never does that. */
  readonly keepAlive?: { readonly seconds: number; readonly count: number };
  /** Further options as ssh_config(5) has them, `ControlMaster=no`. */
  readonly options?: readonly string[];
}

export const sshArgv = ({
  host,
  command,
  connectTimeoutMs,
  keepAlive,
  options = [],
}: SshCall): readonly string[] => {
  const keepAliveOptions =
    keepAlive === undefined
      ? []
      : [`ServerAliveInterval=${keepAlive.seconds}`, `ServerAliveCountMax=${keepAlive.count}`];
  const connectSeconds = Math.max(1, Math.ceil(connectTimeoutMs / 1000));
  const all = ['BatchMode=yes', `ConnectTimeout=${connectSeconds}`, ...keepAliveOptions, ...options];
  return ['-T', ...all.flatMap((option) => ['-o', option]), '--', host, command];
};
