/** Free leases of the address ranges of virtual networks, from one.vnpool.info. */
import type { AddressRange } from '../lib/one/virtual-network.ts';
import { defineCollector, gauge, labelled, samplesOf } from './collector.ts';

const freeLeaseRatio = gauge(
  'opennebula_vnet_free_lease_ratio',
  'Fraction of free leases in each VNet Address Range',
  ['vnet_id', 'vnet_name', 'ar_id'],
);

/** Two digits, halves away from zero, as the stock exporter's language rounds. */
const roundToHundredths = (value: number): number => {
  const rounded = Math.round(value * 100);
  return ((rounded + 0.5) / 100 <= value ? rounded + 1 : rounded) / 100;
};

/** Between 0 and 1; `undefined` for a range without addresses. */
const freeRatioOf = ({ size, usedLeases }: AddressRange): number | undefined => {
  if (size === undefined || size <= 0) return undefined;
  return roundToHundredths(Math.min(1, Math.max(0, (size - usedLeases) / size)));
};

export const addressRangeCollector = defineCollector({
  name: 'address_ranges',
  help: 'free leases of the address ranges of virtual networks',
  reads: ['networks'],
  options: {},
  families: [freeLeaseRatio],
  collect: ({ networks }) => [
    samplesOf(
      freeLeaseRatio,
      networks.flatMap(({ id, name, addressRanges }) =>
        labelled(addressRanges, freeLeaseRatio.labels, (range) => [String(id), name, range.id]),
      ),
      freeRatioOf,
    ),
  ],
});
