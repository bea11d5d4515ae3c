/**
 * Who has made a tunnel, written into the tunnel itself: the lease goes with the tunnel, and there is no file to keep
 * in line. A front-end is told from another one of the same name by its machine id, and a process from a later one
 * of the same number by when it started, and of which boot.
 */
export interface TunnelLease {
  readonly vmId: number;
  /** The front-end's host name. */
  readonly frontEnd: string;
  /** Made from the front-end's machine-id(5), which is not to be shown to others. */
  readonly machine: string;
  /** The kernel's random id of its boot. */
  readonly bootId: string;
  readonly pid: number;
  /** In clock ticks since the boot, as /proc/PID/stat has it. */
  readonly startTime: string;
}

/** The alias of a link, which holds the lease, has 255 characters at most. */
const longestName = 128;

export const formatLease = ({ vmId, frontEnd, machine, bootId, pid, startTime }: TunnelLease): string =>
  `oneext ${vmId} ${frontEnd.slice(0, longestName)} ${machine} ${bootId} ${pid} ${startTime}`;

export const parseLease = (text: string): TunnelLease | undefined => {
  const match = /^oneext (\d{1,8}) (\S+) ([0-9a-f]{32}) ([0-9a-f-]{36}) (\d{1,10}) (\d{1,20})$/.exec(text);
  if (match === null) return undefined;
  const [, vmId, frontEnd = '', machine = '', bootId = '', pid, startTime = ''] = match;
  return { vmId: Number(vmId), frontEnd, machine, bootId, pid: Number(pid), startTime };
};

/** What is known of the process that has made a tunnel; `unknown` where there is no lease. */
export type Owner = 'alive' | 'dead' | 'elsewhere' | 'unknown';

export interface FrontEnd {
  readonly name: string;
  readonly machine: string;
  readonly bootId: string;
  /** `undefined` where there is no such process. */
  readonly startTimeOf: (pid: number) => string | undefined;
}

export const ownerOf = (lease: TunnelLease | undefined, here: FrontEnd): Owner => {
  if (lease === undefined) return 'unknown';
  const isHere = lease.frontEnd === here.name.slice(0, longestName) && lease.machine === here.machine;
  if (!isHere) return 'elsewhere';
  const isAlive = lease.bootId === here.bootId && here.startTimeOf(lease.pid) === lease.startTime;
  return isAlive ? 'alive' : 'dead';
};
