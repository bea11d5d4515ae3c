/** Metrics of the exporter's own process, through prom-client, and what it costs the front-end. */
import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import type { CallStatistics } from '../../lib/io/xml-rpc-client.ts';
import { formatLabels, formatValue } from '../../lib/prometheus/exposition.ts';
import type { FamilySamples, MetricType, Sample } from '../../lib/prometheus/metric-family.ts';

export interface ProcessMetrics {
  readonly onCall: (statistics: CallStatistics) => void;
  /** Told each time that the server of guests begins to listen, and that it has ended. */
  readonly onGuestServer: (isUp: boolean) => void;
  readonly read: () => Promise<readonly FamilySamples[]>;
}

interface ReadValue {
  readonly value: number;
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
}

/** Families of an exporter that serves guests. */
const guestServerFamilies = (isUp: boolean, ends: number): readonly FamilySamples[] => [
  {
    family: {
      name: 'opennebula_exporter_guest_server_up',
      type: 'gauge',
      help: 'Whether the server of guests (--guest.listen-address) listens',
      labels: [],
    },
    samples: [{ value: isUp ? 1 : 0, labels: '' }],
  },
  {
    family: {
      name: 'opennebula_exporter_guest_server_failures_total',
      type: 'counter',
      help: 'How often the server of guests has ended by itself; it is started again each time',
      labels: [],
    },
    samples: [{ value: ends, labels: '' }],
  },
];

/** Gauges named like counters: prom-client keeps them beside better names for the sake of old dashboards. */
const isMisnamed = (name: string, type: string): boolean => type === 'gauge' && name.endsWith('_total');

const labelValue = (value: string | number | undefined): string => {
  if (value === undefined) return '';
  return typeof value === 'number' ? formatValue(value) : value;
};

const types: ReadonlySet<string> = new Set(['gauge', 'counter', 'histogram', 'summary']);

/** prom-client's JSON leaves the spelling of values and of types to us, the same for both formats. */
const sampleOf = (family: string, { value, metricName = family, labels }: ReadValue): Sample => ({
  value,
  suffix: metricName.slice(family.length),
  labels: formatLabels(Object.keys(labels), Object.values(labels).map(labelValue)),
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
    samples: [{ value: 1, labels: formatLabels(['version', 'nodeversion'], [version, process.version]) }],
  };
  let guestServer: { readonly isUp: boolean; readonly ends: number } | undefined;
  return {
    onGuestServer(isUp) {
      guestServer = { isUp, ends: (guestServer?.ends ?? 0) + (isUp ? 0 : 1) };
    },
    onCall({ method, bytes: read, failed }) {
      calls.inc({ method, result: failed ? 'failure' : 'success' });
      bytes.inc({ method }, read);
    },
    async read() {
      const metrics = await registry.getMetricsAsJSON();
      return [
        ...metrics
          .filter(({ name, type }) => !isMisnamed(name, String(type)))
          .map(({ name, help, type, values }) => ({
            family: {
              name,
              help,
              type: types.has(String(type)) ? (String(type) as MetricType) : 'untyped',
              labels: [],
            },
            samples: (values as readonly ReadValue[]).map((value) => sampleOf(name, value)),
          })),
        buildInfo,
        ...(guestServer === undefined ? [] : guestServerFamilies(guestServer.isUp, guestServer.ends)),
      ];
    },
  };
};
