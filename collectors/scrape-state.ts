/** How well the scrape itself went: success, duration and age of each collector, as node_exporter has them. */
import type { FamilySamples, MetricFamily } from '../lib/prometheus/metric-family.ts';
import { gauge, labelled, samplesOf, singleSample } from './collector.ts';

export interface CollectorState {
  readonly name: string;
  readonly readsOne: boolean;
  /** Whether the values served are those of this scrape. */
  readonly success: boolean;
  readonly durationSeconds: number | undefined;
  /** Age of the values served; `undefined` when none are. */
  readonly ageSeconds: number | undefined;
}

const up = gauge('opennebula_up', 'Whether OpenNebula answered every call of this scrape (1) or not (0)');
const success = gauge(
  'opennebula_scrape_collector_success',
  'Whether the collector has read its values for this scrape (1) or not (0)',
  ['collector'],
);
const duration = gauge(
  'opennebula_scrape_collector_duration_seconds',
  'Duration of the last run of the collector',
  ['collector'],
);
const age = gauge(
  'opennebula_scrape_collector_age_seconds',
  'Age of the values that the collector serves; no sample if it serves none',
  ['collector'],
);

export const scrapeFamilies: readonly MetricFamily[] = [up, success, duration, age];

export const describeScrape = (states: readonly CollectorState[]): readonly FamilySamples[] => {
  const asking = states.filter(({ readsOne }) => readsOne);
  const objects = labelled(states, ['collector'], ({ name }) => [name]);
  return [
    asking.length === 0
      ? { family: up, samples: [] }
      : singleSample(up, Number(asking.every((state) => state.success))),
    samplesOf(success, objects, (state) => Number(state.success)),
    samplesOf(duration, objects, (state) => state.durationSeconds),
    samplesOf(age, objects, (state) => state.ageSeconds),
  ];
};
