/** Who gets the energy of a host that none of its VMs has used. */

/**
 * measured: nobody. usage: its VMs, in proportion to what they use. reserved: its VMs, by the CPUs reserved for them;
 * what is not sold stays with the operator. equal: its VMs, equally.
 */
export const idlePolicies = ['measured', 'usage', 'reserved', 'equal'] as const;
export type IdlePolicy = (typeof idlePolicies)[number];

/** A VM on the host, or one that was measured there. */
export interface Tenant {
  readonly vmId: number;
  /** What it used on this host, in millijoules; `undefined` where it was not measured. */
  readonly own: number | undefined;
  /** Whether it runs on this host now; one that has left or arrives uses energy there but holds no part of the host. */
  readonly isHolder: boolean;
  /** CPUs reserved for it. */
  readonly cpus: number;
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Each tenant's weight; those of unmeasured tenants count in `whole`. */
interface Weights {
  readonly weightOf: (tenant: Tenant) => number;
  readonly whole: number;
}

const nothing: Weights = { weightOf: () => 0, whole: 0 };

const weigh = (policy: IdlePolicy, tenants: readonly Tenant[], hostCpus: number | undefined): Weights => {
  const holders = tenants.filter(({ isHolder }) => isHolder);
  const equally: Weights = { weightOf: ({ isHolder }) => Number(isHolder), whole: holders.length };
  if (policy === 'equal') return equally;
  if (policy === 'reserved') {
    // Nobody knows which part of the host is reserved.
    if (hostCpus === undefined) return nothing;
    const reserved = sumOf(holders.map(({ cpus }) => cpus));
    return { weightOf: ({ isHolder, cpus }) => (isHolder ? cpus : 0), whole: Math.max(hostCpus, reserved) };
  }
  if (policy === 'measured') return nothing;
  const measured = tenants.filter(({ own }) => own !== undefined);
  const used = sumOf(measured.map(({ own }) => own ?? 0));
  if (used === 0) return equally;
  // Nobody knows what an unmeasured VM uses: it holds as much as the others do on average.
  return { weightOf: ({ own }) => own ?? 0, whole: (used * tenants.length) / measured.length };
};

/** What each tenant gets of `rest`. An unmeasured one gets nothing: its part stays in the rest, and nobody else's grows. */
export const shareIdle = (
  rest: number,
  policy: IdlePolicy,
  tenants: readonly Tenant[],
  hostCpus: number | undefined,
): readonly number[] => {
  const { weightOf, whole } = weigh(policy, tenants, hostCpus);
  if (!(whole > 0)) return tenants.map(() => 0);
  return tenants.map((tenant) => (tenant.own === undefined ? 0 : (rest * weightOf(tenant)) / whole));
};
