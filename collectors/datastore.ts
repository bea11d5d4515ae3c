/** Capacity of datastores, from one.datastorepool.info. */
import type { Datastore } from '../lib/one/datastore.ts';
import { defineCollector, gauge, labelled, samplesOf, singleSample } from './collector.ts';

const total = gauge('opennebula_datastore_total', 'Total number of datastores defined in OpenNebula');

const labels = ['one_datastore_id', 'one_datastore_type', 'one_datastore_name'];

const perDatastore: readonly (readonly [
  name: string,
  help: string,
  value: (datastore: Datastore) => number | undefined,
])[] = [
  ['total_bytes', 'Total capacity of the datastore', (datastore) => datastore.totalBytes],
  ['used_bytes', 'Capacity being used in the datastore', (datastore) => datastore.usedBytes],
  ['free_bytes', 'Available capacity in the datastore', (datastore) => datastore.freeBytes],
  ['images', 'Number of images stored in the datastore', (datastore) => datastore.imageCount],
];
const families = perDatastore.map(([name, help, value]) => ({
  family: gauge(`opennebula_datastore_${name}`, help, labels),
  value,
}));

export const datastoreCollector = defineCollector({
  name: 'datastore',
  help: 'datastores: capacity, use, number of images',
  reads: ['datastores'],
  options: {},
  families: [total, ...families.map(({ family }) => family)],
  collect({ datastores }) {
    const objects = labelled(datastores, labels, ({ id, type, name }) => [String(id), type, name]);
    return [
      singleSample(total, datastores.length),
      ...families.map(({ family, value }) => samplesOf(family, objects, value)),
    ];
  },
});
