/**
 * Metric families and their samples, as the exposition formats of Prometheus know them.
 * https://prometheus.io/docs/concepts/data_model/
 */
export type MetricType = 'gauge' | 'counter' | 'histogram' | 'summary' | 'untyped';

/** Labels as they stand on a sample's line, such as `{one_vm_id="5"}`; `formatLabels` makes them. */
export type LabelText = string & { readonly kind?: 'labels' };

/** What is fixed about a family; docs/metrics.md is generated from it. */
export interface MetricFamily {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly labels: readonly string[];
}

/** One value. `suffix` is appended to the family's name (`_bucket`, `_sum`, `_count`). */
export interface Sample {
  readonly labels: LabelText;
  readonly value: number;
  readonly suffix?: string;
}

export interface FamilySamples {
  readonly family: MetricFamily;
  /** Read once: they may be made while they are written. */
  readonly samples: Iterable<Sample>;
}
