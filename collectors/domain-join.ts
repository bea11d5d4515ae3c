/** Which of the domains that an agent sees on a host is a VM: the one that DEPLOY_ID of its document names. */
import type { Vm } from '../lib/one/vm.ts';
import type { DomainPower } from './agents/agent.ts';

export interface DomainIndex {
  readonly byName: ReadonlyMap<string, DomainPower>;
  readonly byUuid: ReadonlyMap<string, DomainPower>;
}

const uuidForm = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Of two domains with the same name or UUID the first. */
const indexBy = (domains: readonly DomainPower[], key: 'name' | 'uuid'): ReadonlyMap<string, DomainPower> => {
  const index = new Map<string, DomainPower>();
  for (const domain of domains)
    if (domain[key] !== '' && !index.has(domain[key])) index.set(domain[key], domain);
  return index;
};

export const indexDomains = (domains: readonly DomainPower[]): DomainIndex => ({
  byName: indexBy(domains, 'name'),
  byUuid: indexBy(domains, 'uuid'),
});

/** The names and UUIDs that a domain of the VM may have. */
export const domainKeysOf = ({ id, deployId }: Pick<Vm, 'id' | 'deployId'>): readonly string[] => [
  deployId.toLowerCase(),
  deployId,
  `one-${id}`,
];

/**
 * OpenNebula names the domains that it defines itself one-ID; imported VMs keep the names that they had. Where no
 * domain is called as DEPLOY_ID says, that name counts, unless the domain has another UUID or is another VM's.
 *
 * @param deployIds those of all VMs
 */
export const findDomain = (
  { id, deployId }: Pick<Vm, 'id' | 'deployId'>,
  { byName, byUuid }: DomainIndex,
  deployIds: () => ReadonlySet<string>,
): DomainPower | undefined => {
  const known = byUuid.get(deployId.toLowerCase()) ?? byName.get(deployId);
  if (known !== undefined) return known;
  const name = `one-${id}`;
  const named = byName.get(name);
  if (named === undefined || deployIds().has(name)) return undefined;
  return uuidForm.test(deployId) && named.uuid !== '' ? undefined : named;
};
