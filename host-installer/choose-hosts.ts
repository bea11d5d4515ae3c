/** Which hosts of the cloud are worked on: those that were named, or all KVM hosts that are not switched off. */
import { isHostName } from '../lib/host-name.ts';
import { type Host, hostState, isKvm } from '../lib/one/host.ts';

export interface HostTarget {
  readonly id: number;
  /** As OpenNebula has it; what ssh is given. */
  readonly name: string;
}

export interface HostChoice {
  readonly targets: readonly HostTarget[];
  readonly skipped: readonly (HostTarget & { readonly reason: string })[];
  /** All that is wrong with the names that were given. */
  readonly problems: readonly string[];
}

const offReasons = new Map<number | undefined, string>([
  [hostState.disabled, 'it is disabled in OpenNebula'],
  [hostState.monitoringDisabled, 'it is disabled in OpenNebula'],
  [hostState.offline, 'it is offline in OpenNebula'],
]);

const unfitReason = ({ name }: Host): string | undefined =>
  isHostName(name) ? undefined : `its name, ${JSON.stringify(name)}, cannot be given to ssh`;

const targetOf = ({ id, name }: Host): HostTarget => ({ id, name });

/** By name first: a host may be named like the id of another. */
const findNamed = (hosts: readonly Host[], named: string): Host | undefined =>
  hosts.find(({ name }) => name === named) ?? hosts.find(({ id }) => String(id) === named);

const chooseNamed = (hosts: readonly Host[], named: readonly string[]): HostChoice => {
  const targets = new Map<number, HostTarget>();
  const unknown: string[] = [];
  const problems: string[] = [];
  for (const text of new Set(named)) {
    const host = findNamed(hosts, text);
    const unfit = host === undefined ? undefined : unfitReason(host);
    if (host === undefined) unknown.push(JSON.stringify(text));
    else if (!isKvm(host)) problems.push(`${JSON.stringify(host.name)} is not a KVM host`);
    else if (unfit !== undefined) problems.push(`host ${host.id}: ${unfit}`);
    else targets.set(host.id, targetOf(host));
  }
  if (unknown.length > 0) problems.unshift(`OpenNebula has no host ${unknown.join(', ')}`);
  return { targets: [...targets.values()], skipped: [], problems };
};

/** @param named names or ids; `undefined` for all hosts */
export const chooseHosts = (hosts: readonly Host[], named: readonly string[] | undefined): HostChoice => {
  if (named !== undefined) return chooseNamed(hosts, named);
  const targets: HostTarget[] = [];
  const skipped: (HostTarget & { readonly reason: string })[] = [];
  for (const host of hosts.filter(isKvm)) {
    const reason = unfitReason(host) ?? offReasons.get(host.state);
    if (reason === undefined) targets.push(targetOf(host));
    else skipped.push({ ...targetOf(host), reason });
  }
  return { targets, skipped, problems: [] };
};
