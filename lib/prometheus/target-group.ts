/**
 * Target groups: what file_sd, http_sd and static_configs of Prometheus have in common
 * (https://prometheus.io/docs/prometheus/latest/http_sd/).
 */
import { bracketHost } from '../host-name.ts';

export interface TargetGroup {
  /** `host:port`, an IPv6 address in brackets. */
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** `host:port`; IPv6 addresses are put in brackets. */
export const formatTarget = (host: string, port: number): string => `${bracketHost(host)}:${port}`;

/** As file_sd and http_sd take it: names may hold anything, JSON escapes it. */
export const formatTargetGroups = (groups: readonly TargetGroup[]): string =>
  `${JSON.stringify(groups, null, 2)}\n`;
