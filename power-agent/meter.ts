/** What a meter is to the agent, and how its readings become energy. */

export const meterNames = ['rapl', 'hwmon', 'dcmi', 'model'] as const;
export type MeterName = (typeof meterNames)[number];

/** What a zone is: it decides whether its energy counts. */
export type ZoneKind = 'package' | 'dram' | 'psys' | 'other';

/** A counter of energy as it was read. */
export interface CounterReading {
  readonly zone: string;
  readonly kind: ZoneKind;
  /** In microjoules; `undefined` where it could not be read. */
  readonly microjoules: number | undefined;
  /** Where the counter begins anew, in microjoules; 0 where it does not tell. */
  readonly range: number;
}

/** A power as it was read, of the whole host. */
export interface PowerReading {
  readonly zone: string;
  /** `undefined` where it could not be read. */
  readonly watts: number | undefined;
  /** Whether it was measured after the reading before: a meter that is slow gives the same power several times. */
  readonly isNew: boolean;
}

export type MeterReading =
  | { readonly kind: 'counters'; readonly counters: readonly CounterReading[] }
  | { readonly kind: 'power'; readonly power: PowerReading };

/** What a zone has given since the last step. */
export interface ZoneEnergy {
  readonly zone: string;
  readonly joules: number;
  /** Whether it is part of the host's energy. */
  readonly isCounted: boolean;
}

export type EnergyStep =
  | {
      readonly kind: 'measured';
      /** Of the host. */
      readonly joules: number;
      readonly zones: readonly ZoneEnergy[];
      readonly failedZones: readonly string[];
      /** Whether the energy was measured in just this time, so that the model can learn from it. */
      readonly isOfThisTime: boolean;
    }
  /** The counters have not moved yet: what they give next time is of the time since the last measured step. */
  | { readonly kind: 'waiting' }
  /** Nobody knows what the host drew since the last step. */
  | { readonly kind: 'unknown'; readonly failedZones: readonly string[]; readonly why: string };
