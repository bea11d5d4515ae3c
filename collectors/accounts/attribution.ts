/** What a VM is charged for the time that its CPUs were busy. */

/**
 * capacity: the part of the host's energy that its CPU time is of the time of all CPUs, so that the energy that an idle
 * host draws is in it. marginal: what it added to the host, by what the host is known to draw for a busy CPU.
 */
export const attributions = ['capacity', 'marginal'] as const;
export type Attribution = (typeof attributions)[number];
