/** The services that have to take notice of changed files. */

export interface Restart {
  readonly unit: string;
  /** Prometheus reads its configuration again at SIGHUP; its unit has no ExecReload. */
  readonly verb: 'restart' | 'hang-up';
  /** What changed. */
  readonly why: string;
}

/** One that was named and not seen done yet. */
export interface PendingRestart extends Restart {
  /** When the change was made, as a date of ISO 8601. */
  readonly since: string;
}

interface ServiceRule {
  readonly restart: Restart;
  readonly concerns: (path: string) => boolean;
}

const exporterUnit = 'opennebula-exporter';

const serviceRules = (prometheusUnit: string): readonly ServiceRule[] => [
  {
    restart: { unit: 'opennebula', verb: 'restart', why: 'oned.conf' },
    concerns: (path) => path.endsWith('/oned.conf'),
  },
  {
    restart: { unit: 'opennebula-scheduler', verb: 'restart', why: 'sched.conf' },
    concerns: (path) => path.endsWith('/sched.conf'),
  },
  {
    restart: { unit: exporterUnit, verb: 'restart', why: 'its unit or its program' },
    concerns: (path) =>
      path.includes('/opennebula-exporter.service.d/') || path.endsWith('/opennebula-exporter'),
  },
  {
    restart: { unit: prometheusUnit, verb: 'hang-up', why: 'its configuration or rules' },
    concerns: (path) => /\/prometheus\/[^/]+\.yml$/.test(path),
  },
];

export const restartsFor = (
  paths: readonly string[],
  prometheusUnit: string,
  hasExporterUnit: boolean,
): readonly Restart[] =>
  serviceRules(prometheusUnit)
    .filter(({ concerns }) => paths.some(concerns))
    .map(({ restart }) => restart)
    .filter(({ unit }) => unit !== exporterUnit || hasExporterUnit);

/** A service that waits already waits from now on. */
export const addRestarts = (
  pending: readonly PendingRestart[],
  added: readonly Restart[],
  now: Date,
): readonly PendingRestart[] => [
  ...pending.filter(({ unit }) => !added.some((one) => one.unit === unit)),
  ...added.map((restart) => ({ ...restart, since: now.toISOString() })),
];
