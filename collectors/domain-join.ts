/** Which of the domains that an agent sees on a host is a VM: the one that DEPLOY_ID of its document names. */
import type { DomainPower } from './agents/agent.ts';
import type { VmWithAttributes } from './collector.ts';

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

type Join = Pick<VmWithAttributes, 'id' | 'deployId' | 'uuid'>;

/** The names and UUIDs that a domain of the VM may have. */
export const domainKeysOf = ({ id, deployId, uuid = '' }: Join): readonly string[] => [
  deployId.toLowerCase(),
  deployId,
  `one-${id}`,
  ...(uuid === '' ? [] : [uuid]),
];

/** What is known as one VM's: each DEPLOY_ID, and each UUID that several VMs of a host say is theirs. */
export const takenNames = (
  vms: readonly (Join & Pick<VmWithAttributes, 'hostId'>)[],
): ReadonlySet<string> => {
  const taken = new Set(vms.map(({ deployId }) => deployId));
  const seen = new Set<string>();
  for (const { hostId, uuid = '' } of vms) {
    if (uuid === '') continue;
    const key = `${hostId} ${uuid}`;
    if (seen.has(key)) taken.add(uuid);
    seen.add(key);
  }
  return taken;
};

/**
 * OpenNebula names the domains that it defines itself one-ID; imported VMs keep the names that they had. Where no
 * domain is called as DEPLOY_ID says, that name counts, unless the domain has another UUID or is another VM's. Agents
 * that tell no names, or others than libvirt's, may tell the UUID that the document of the VM has.
 *
 * @param taken what is known as one VM's
 */
export const findDomain = (
  { id, deployId, uuid = '' }: Join,
  { byName, byUuid }: DomainIndex,
  taken: () => ReadonlySet<string>,
): DomainPower | undefined => {
  const known = byUuid.get(deployId.toLowerCase()) ?? byName.get(deployId);
  if (known !== undefined) return known;
  const ofUuid = byUuid.get(uuid);
  if (ofUuid !== undefined && !taken().has(uuid) && !taken().has(ofUuid.name)) return ofUuid;
  const name = `one-${id}`;
  const named = byName.get(name);
  if (named === undefined || taken().has(name)) return undefined;
  return uuidForm.test(deployId) && named.uuid !== '' ? undefined : named;
};
