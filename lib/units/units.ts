/**
 * Units as types: a number that carries its unit cannot be mistaken for another one.
 *
 * Values are plain numbers at run time. Only the functions below change a unit.
 */

declare const unit: unique symbol;
type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

/** Electrical power in microwatts (µW), the unit of RAPL based agents. */
export type Microwatts = Quantity<'µW'>;
/** Electrical power in watts (W). */
export type Watts = Quantity<'W'>;
/** Energy in microjoules (µJ), the unit of RAPL counters. */
export type Microjoules = Quantity<'µJ'>;
/** Energy in joules (J): what a watt is in a second. */
export type Joules = Quantity<'J'>;
/** An amount of memory or storage in bytes. */
export type Bytes = Quantity<'B'>;

/** Takes a number that is known to be in microwatts. */
export const microwatts = (value: number): Microwatts => value as Microwatts;

/** Takes a number that is known to be in watts. */
export const watts = (value: number): Watts => value as Watts;

/** Converts microwatts to watts. */
export const wattsFromMicrowatts = (value: Microwatts): Watts => (value / 1e6) as Watts;

/** Takes a number that is known to be in microjoules. */
export const microjoules = (value: number): Microjoules => value as Microjoules;

/** Converts microjoules to joules. */
export const joulesFromMicrojoules = (value: Microjoules): Joules => (value / 1e6) as Joules;

/** Converts kibibytes, the unit of memory in OpenNebula's host documents, to bytes. */
export const bytesFromKibibytes = (value: number): Bytes => (value * 1024) as Bytes;

/** Converts mebibytes, the unit of VM memory, disks and datastores in OpenNebula, to bytes. */
export const bytesFromMebibytes = (value: number): Bytes => (value * 1024 * 1024) as Bytes;
