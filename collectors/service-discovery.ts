/**
 * What the exporter offers as HTTP service discovery, for Prometheus servers elsewhere
 * (https://prometheus.io/docs/prometheus/latest/http_sd/): the same targets as the files on the front-end, from
 * the same documents as the metrics.
 */
import type { Host } from '../lib/one/host.ts';
import { formatTarget, type TargetGroup } from '../lib/prometheus/target-group.ts';
import { type AddressPreference, vmTargetsOf } from '../lib/prometheus/vm-targets.ts';
import type { VmWithAttributes } from './collector.ts';

/** Prometheus' own example, and the port of node_exporter. */
export const defaultHostPort = 9100;

/** `undefined` for what is no port. */
export const parsePort = (text: string | null): number | undefined => {
  if (text === null) return defaultHostPort;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
};

/** By id. */
export const vmExporterTargets = (
  vms: readonly VmWithAttributes[],
  preference: AddressPreference,
): readonly TargetGroup[] =>
  vms
    .filter(({ exporter }) => exporter !== undefined)
    .sort((a, b) => a.id - b.id)
    .flatMap((vm) => vmTargetsOf(vm, preference).groups);

/** Hosts that can be scraped by their HOSTNAME, by id, all with the same port. */
export const hostTargets = (hosts: readonly Host[], port: number): readonly TargetGroup[] =>
  hosts
    .toSorted((a, b) => a.id - b.id)
    .map(({ id, name, hostname, cluster }) => ({
      targets: [formatTarget(hostname, port)],
      labels: {
        one_host_id: String(id),
        __meta_opennebula_host_name: name,
        __meta_opennebula_cluster: cluster,
      },
    }));
