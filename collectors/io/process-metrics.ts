/** Metrics of the exporter's own process, through prom-client, and what it costs the front-end. */
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import type { CallStatistics } from '../../lib/io/xml-rpc-client.ts';
import type { FamilySamples, MetricType, Sample } from '../../lib/prometheus/metric-family.ts';

export interface ProcessMetrics {
  readonly onCall: (statistics: CallStatistics) => void;
  readonly read: () => Promise<readonly FamilySamples[]>;
}

interface ReadValue {
  readonly value: number;
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
}

const types: ReadonlySet<string> = new Set(['gauge', 'counter', 'histogram', 'summary']);

/** prom-client's JSON leaves the spelling of values and of types to us, the same for both formats. */
const sampleOf = (family: string, { value, metricName = family, labels }: ReadValue): Sample => ({
  value,
  suffix: metricName.slice(family.length),
  labels: Object.entries(labels).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, text === Infinity ? '+Inf' : String(text)] as const],
  ),
});

export const createProcessMetrics = (version: string): ProcessMetrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const calls = new Counter({
    name: 'opennebula_exporter_one_calls_total',
    help: 'Calls made to OpenNebula',
    labelNames: ['method', 'result'],
    registers: [registry],
  });
  const bytes = new Counter({
    name: 'opennebula_exporter_one_answer_bytes_total',
    help: 'Bytes of answers read from OpenNebula',
    labelNames: ['method'],
    registers: [registry],
  });
  const buildInfo: FamilySamples = {
    family: {
      name: 'opennebula_exporter_build_info',
      type: 'gauge',
      help: 'Version of opennebula-exporter and of Node',
      labels: ['version', 'nodeversion'],
    },
    samples: [{ value: 1, labels: [['version', version], ['nodeversion', process.version]] }],
  };
  return {
    onCall({ method, bytes: read, failed }) {
      calls.inc({ method, result: failed ? 'failure' : 'success' });
      bytes.inc({ method }, read);
    },
    async read() {
      const metrics = await registry.getMetricsAsJSON();
      return [
        ...metrics.map(({ name, help, type, values }) => ({
          family: {
            name,
            help,
            type: types.has(String(type)) ? (String(type) as MetricType) : 'untyped',
            labels: [],
          },
          samples: (values as readonly ReadValue[]).map((value) => sampleOf(name, value)),
        })),
        buildInfo,
      ];
    },
  };
};
