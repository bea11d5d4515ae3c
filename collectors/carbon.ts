/** CO2 and prices of energy where hosts stand, and the CO2 of VMs. */
import { counter, defineCollector, gauge, labelled, samplesOf } from './collector.ts';

const intensity = gauge(
  'opennebula_host_carbon_intensity_grams_per_kwh',
  'CO2 of a kilowatt-hour where the host stands, in grams; the label says whose value it is',
  ['one_host_id', 'source'],
);
const price = gauge(
  'opennebula_host_energy_price_per_kwh',
  'Price of a kilowatt-hour where the host stands, by energy.prices of oneext.yaml',
  ['one_host_id', 'currency'],
);
const carbon = counter(
  'opennebula_vm_carbon_grams_total',
  'CO2 of the energy of the VM, with supply factor and PUE where they are known, in grams; energy without a factor is not in it',
  ['one_vm_id'],
);

export const carbonCollector = defineCollector({
  name: 'carbon',
  help: 'CO2 of VMs, and CO2 and price of a kilowatt-hour where hosts stand',
  reads: ['rates', 'carbonCounts'],
  options: {},
  families: [intensity, price, carbon],
  collect: ({ rates, carbonCounts }) => {
    const factors = [...rates].flatMap(([id, { factor }]) => (factor === undefined ? [] : [{ id, factor }]));
    const prices = [...rates].flatMap(([id, { price: one }]) => (one === undefined ? [] : [{ id, one }]));
    return [
      samplesOf(
        intensity,
        labelled(factors, intensity.labels, ({ id, factor }) => [String(id), factor.origin.source]),
        ({ factor }) => factor.gramsPerKwh,
      ),
      samplesOf(
        price,
        labelled(prices, price.labels, ({ id, one }) => [String(id), one.currency]),
        ({ one }) => one.perKwh,
      ),
      samplesOf(
        carbon,
        labelled(carbonCounts ?? [], carbon.labels, ([id]) => [String(id)]),
        ([, { grams }]) => grams,
      ),
    ];
  },
});
