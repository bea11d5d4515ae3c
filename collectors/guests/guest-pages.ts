/** The pages of a guest, by path. */

import { contentTypes, encodeFamilies } from '../../lib/prometheus/exposition.ts';
import type { VmAccount } from '../accounts/accounts.ts';
import { energyOfVms } from '../energy.ts';
import type { EnergySettings } from '../energy-options.ts';

export interface GuestReading {
  readonly vmId: number;
  readonly account: VmAccount;
  readonly watts: number;
  /** When the agents were read, in milliseconds since 1970 by the clock on the wall. */
  readonly wallMs: number;
}

export interface GuestPage {
  readonly contentType: string;
  readonly format: (reading: GuestReading, settings: EnergySettings) => string;
}

const millijoulesOf = ({ account: { own, share } }: GuestReading): number => own + share;

const text = 'text/plain; charset=utf-8';

export const guestPages: ReadonlyMap<string, GuestPage> = new Map<string, GuestPage>([
  [
    '/energy_uj',
    // As a BigInt: in a few years, a VM has more microjoules than a double counts.
    { contentType: text, format: (reading) => `${BigInt(millijoulesOf(reading)) * 1000n}\n` },
  ],
  [
    '/metrics',
    {
      contentType: contentTypes.prometheus,
      format: ({ vmId, account }) =>
        encodeFamilies(energyOfVms(new Map([[vmId, account]])), 'prometheus').toString(),
    },
  ],
  [
    '/power.json',
    {
      contentType: 'application/json',
      format: (reading, settings) =>
        `${JSON.stringify({
          watts: reading.watts,
          joules: millijoulesOf(reading) / 1000,
          time: Math.round(reading.wallMs) / 1000,
          resolution_seconds: settings['energy.interval'] / 1000,
        })}\n`,
    },
  ],
]);
