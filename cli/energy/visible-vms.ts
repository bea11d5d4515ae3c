/**
 * Which VMs a user may see: those that oned would list for that user (filter -2), by owner, permissions and rules of
 * access control. Rules of a cluster name no VMs.
 */
import { type Account, administrators } from '../../lib/one/account.ts';

export interface PermittedVm {
  readonly id: number;
  readonly ownerId: number | undefined;
  readonly groupId: number | undefined;
  readonly groupMayUse: boolean;
  readonly othersMayUse: boolean;
}

/** What a rule lets its users do with VMs. */
interface VmRule {
  readonly users: string;
  readonly vms: string;
  /** `*`, or the number of a zone. */
  readonly zone: string;
}

/** `@1 VM+NET/@1 USE+MANAGE #0`, as oned writes rules; `undefined` for one that lets nobody see VMs. */
export const parseVmRule = (text: string): VmRule | undefined => {
  const [, users, resources, vms, rights, zone = '*'] =
    /^([#@]\d+|\*) ([A-Z+]+)\/([#@%]\d+|\*) ([A-Z+]+)(?: (#\d+|\*))?$/.exec(text.trim()) ?? [];
  if (users === undefined || vms === undefined) return undefined;
  if (resources?.split('+').includes('VM') !== true || rights?.split('+').includes('USE') !== true)
    return undefined;
  return { users, vms, zone: zone.replace('#', '') };
};

const idIn = (scope: string, kind: '#' | '@', isThat: (id: number) => boolean): boolean =>
  scope === '*' || (scope.startsWith(kind) && isThat(Number(scope.slice(1))));

/** @param ownZone number of the zone; `undefined` where it is not known: then rules of one zone do not count */
export const visibleVms = (
  { id: userId, groupIds }: Account,
  vms: readonly PermittedVm[],
  rules: readonly VmRule[],
  ownZone: number | undefined,
): ReadonlySet<number> => {
  const isOwnGroup = (id: number | undefined): boolean => id !== undefined && groupIds.includes(id);
  const isAdministrator = userId === 0 || isOwnGroup(administrators);
  const own = rules.filter(
    ({ users, zone }) =>
      (zone === '*' || Number(zone) === ownZone) &&
      (idIn(users, '#', (id) => id === userId) || idIn(users, '@', isOwnGroup)),
  );
  const mayUse = (vm: PermittedVm): boolean =>
    isAdministrator ||
    (userId !== undefined && vm.ownerId === userId) ||
    (vm.groupMayUse && isOwnGroup(vm.groupId)) ||
    vm.othersMayUse ||
    own.some(
      (rule) => idIn(rule.vms, '#', (id) => id === vm.id) || idIn(rule.vms, '@', (id) => id === vm.groupId),
    );
  return new Set(vms.filter(mayUse).map(({ id }) => id));
};
