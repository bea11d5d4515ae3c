/** The pages of a guest, by path. */

import { contentTypes, encodeFamilies } from '../../lib/prometheus/exposition.ts';
import type { FamilySamples } from '../../lib/prometheus/metric-family.ts';
import { energyOf, type VmAccount } from '../accounts/accounts.ts';
import { energyOfVms } from '../energy.ts';

export interface GuestReading {
  readonly vmId: number;
  readonly account: VmAccount;
  readonly watts: number;
  /** When the agents were read, in milliseconds since 1970 by the clock on the wall. */
  readonly wallMs: number;
}

export interface GuestPage {
  readonly contentType: string;
  /** @param intervalMs the longest time between two steps of the account */
  readonly format: (reading: GuestReading, intervalMs: number) => string;
}

/** Families of what this VM has: one without a GPU is told nothing of GPUs. */
const familiesOf = ({ vmId, account }: GuestReading): readonly FamilySamples[] =>
  energyOfVms(new Map([[vmId, account]]))
    .map(({ family, samples }) => ({ family, samples: [...samples] }))
    .filter(({ samples }) => samples.length > 0);

const text = 'text/plain; charset=utf-8';

export const guestPages: ReadonlyMap<string, GuestPage> = new Map<string, GuestPage>([
  [
    '/energy_uj',
    // As a BigInt: in a few years, a VM has more microjoules than a double counts.
    { contentType: text, format: (reading) => `${BigInt(energyOf(reading.account)) * 1000n}\n` },
  ],
  [
    '/metrics',
    {
      contentType: contentTypes.prometheus,
      format: (reading) => encodeFamilies(familiesOf(reading), 'prometheus').toString(),
    },
  ],
  [
    '/power.json',
    {
      contentType: 'application/json',
      format: (reading, intervalMs) =>
        `${JSON.stringify({
          watts: reading.watts,
          joules: energyOf(reading.account) / 1000,
          time: Math.round(reading.wallMs) / 1000,
          resolution_seconds: intervalMs / 1000,
        })}\n`,
    },
  ],
]);
