/** What a kilowatt-hour stands for at a host in an hour: grams of CO2, and money. */

/** Where a factor comes from; factors with the same origin share this object. */
export interface FactorOrigin {
  /** The zone of the electricity grid; '' for a factor of a cluster or a host. */
  readonly zone: string;
  /** The year that the factor is of; '' where it is not known. */
  readonly year: string;
  readonly source: string;
}

export interface CarbonFactor {
  readonly gramsPerKwh: number;
  readonly origin: FactorOrigin;
}

export interface EnergyPrice {
  readonly perKwh: number;
  readonly currency: string;
}

/** What is not known is `undefined`. */
export interface Rates {
  readonly factor: CarbonFactor | undefined;
  readonly price: EnergyPrice | undefined;
}
export const noRates: Rates = { factor: undefined, price: undefined };

/** Where energy is used. */
export interface EnergyPlace {
  readonly hostId: number;
  readonly name: string;
  readonly cluster: string;
  readonly gridZone: string;
}

/** @param hour its beginning, in milliseconds since 1970 */
export type RatesAt = (place: EnergyPlace, hour: number) => Rates;
