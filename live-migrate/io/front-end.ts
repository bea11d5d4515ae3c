/** This machine and its processes, as leases name them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { readBootId, startTimeOf } from '../../lib/io/process-start.ts';
import { type FrontEnd, formatLease } from '../lease.ts';

/** machine-id(5) asks to show no more than what is made from it; without it, the boot's id tells machines apart. */
const readMachine = (bootId: string): string => {
  let id = bootId;
  try {
    id = readFileSync('/etc/machine-id', 'latin1').trim() || bootId;
  } catch {
    // a container may have none
  }
  return createHash('sha256').update(`opennebula-extensions ${id}`).digest('hex').slice(0, 32);
};

export const readFrontEnd = (): FrontEnd => {
  const bootId = readBootId();
  return { name: hostname().replaceAll(/\s/g, ''), machine: readMachine(bootId), bootId, startTimeOf };
};

/** The lease of a tunnel that this process makes. */
export const leaseOf = (vmId: number, { name: frontEnd, machine, bootId }: FrontEnd): string => {
  const { pid } = process;
  return formatLease({ vmId, frontEnd, machine, bootId, pid, startTime: startTimeOf(pid) ?? '0' });
};
