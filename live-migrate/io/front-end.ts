/** This machine and its processes, as leases name them. */
import { hostname } from 'node:os';
import { readBootId, startTimeOf } from '../../lib/io/process-start.ts';
import { type FrontEnd, formatLease } from '../lease.ts';

export const readFrontEnd = (): FrontEnd => ({
  name: hostname().replaceAll(/\s/g, ''),
  bootId: readBootId(),
  startTimeOf,
});

/** The lease of a tunnel that this process makes. */
export const leaseOf = (vmId: number, { name: frontEnd, bootId }: FrontEnd): string =>
  formatLease({ vmId, frontEnd, bootId, pid: process.pid, startTime: startTimeOf(process.pid) ?? '0' });
