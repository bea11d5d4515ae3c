/** What one engine scrapes: its part of the power agents, and of the exporters, which know the VMs. */
import { stringify } from 'yaml';
import type { TargetGroup } from '../../lib/prometheus/target-group.ts';
import { powerAgentRelabellings, type Relabelling } from './relabel.ts';

export const engineFormats = ['vmagent', 'prometheus', 'promscrape'] as const;
export type EngineFormat = (typeof engineFormats)[number];

/** Where engines find the power agents: our own discovery over HTTP, or a file that the command has written. */
export type Discovery =
  | { readonly kind: 'http'; readonly exporters: readonly URL[] }
  | { readonly kind: 'file'; readonly exporters: readonly string[] };

export interface EngineSettings {
  readonly format: EngineFormat;
  readonly zoneId: string;
  readonly shards: number;
  readonly intervalSeconds: number;
  readonly emulators: readonly string[];
  readonly discovery: Discovery;
  /** Where Prometheus sends what it scrapes; other engines have it from their command line. */
  readonly remoteWrite: readonly URL[];
}

export const agentsFile = 'power-agents.yml';
export const rulesFile = 'rules.yml';

/** The exporter's discovery, by the agents that a URL alone tells of: opennebula-power-agent has Scaphandre's port. */
const agentPaths = ['scaphandre', 'kepler'].map((agent) => `/sd/power-agents?agent=${agent}`);

/** The labels of an agent are those of its host, and no others: what says the same twice costs memory twice. */
const ownLabels: readonly Relabelling[] = [{ regex: 'host_id', action: 'labeldrop' }];

const longestScrapeSeconds = 10;

const ofZone = (zoneId: string): Relabelling => ({ target_label: 'one_zone_id', replacement: zoneId });

/** Its part of the targets: all agents of a host are in one part. @param shard from 1 */
const ofShard = (labels: readonly string[], shard: number, shards: number): readonly Relabelling[] =>
  shards === 1
    ? []
    : [
        {
          source_labels: labels,
          separator: '/',
          modulus: shards,
          target_label: '__tmp_shard',
          action: 'hashmod',
        },
        { source_labels: ['__tmp_shard'], regex: String(shard - 1), action: 'keep' },
      ];

const discoveryOf = (discovery: Discovery): object =>
  discovery.kind === 'http'
    ? {
        http_sd_configs: discovery.exporters.flatMap((exporter) =>
          agentPaths.map((path) => ({ url: new URL(path, exporter).href })),
        ),
      }
    : { file_sd_configs: [{ files: [agentsFile] }] };

const exportersOf = (discovery: Discovery): object => {
  if (discovery.kind === 'file') return { static_configs: [{ targets: discovery.exporters }] };
  const isSecure = discovery.exporters.some(({ protocol }) => protocol === 'https:');
  return {
    ...(isSecure ? { scheme: 'https' } : {}),
    static_configs: [{ targets: discovery.exporters.map(({ host }) => host) }],
  };
};

const jobsOf = (settings: EngineSettings, shard: number): readonly object[] => {
  const { format, zoneId, emulators, discovery } = settings;
  // The engine shares out the targets itself.
  const shards = format === 'promscrape' ? 1 : settings.shards;
  return [
    {
      job_name: 'opennebula_power',
      honor_timestamps: false,
      ...discoveryOf(discovery),
      relabel_configs: [
        ...ownLabels,
        ofZone(zoneId),
        ...ofShard(['one_zone_id', 'one_host_id'], shard, shards),
      ],
      metric_relabel_configs: powerAgentRelabellings(emulators),
    },
    {
      job_name: 'opennebula_exporter',
      ...exportersOf(discovery),
      relabel_configs: [ofZone(zoneId), ...ofShard(['one_zone_id', '__address__'], shard, shards)],
      metric_relabel_configs: [{ source_labels: ['__name__'], regex: 'opennebula_.*', action: 'keep' }],
    },
  ];
};

/** The whole configuration of one engine. @param shard from 1 */
export const formatScrapeConfig = (settings: EngineSettings, shard: number): string => {
  const { format, shards, intervalSeconds, remoteWrite } = settings;
  const interval = `${intervalSeconds}s`;
  const isPrometheus = format === 'prometheus';
  return stringify(
    {
      global: {
        scrape_interval: interval,
        scrape_timeout: `${Math.min(intervalSeconds, longestScrapeSeconds)}s`,
        ...(isPrometheus ? { evaluation_interval: interval } : {}),
      },
      // Rules need the series of all parts.
      ...(isPrometheus && shards === 1 ? { rule_files: [rulesFile] } : {}),
      scrape_configs: jobsOf(settings, shard),
      ...(isPrometheus && remoteWrite.length > 0
        ? { remote_write: remoteWrite.map(({ href }) => ({ url: href })) }
        : {}),
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
};

/** For `file_sd_configs`. Agents that measure no VMs have no place in the rules. */
export const formatAgentsFile = (groups: readonly TargetGroup[]): string =>
  groups.length === 0
    ? '[]\n'
    : stringify(
        groups.map(({ targets, labels }) => ({ targets, labels })),
        { lineWidth: 0, aliasDuplicateObjects: false },
      );
