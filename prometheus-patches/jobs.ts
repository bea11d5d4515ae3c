/**
 * What Prometheus should scrape in an OpenNebula cloud: the jobs that OpenNebula's own patch_datasources (7.4)
 * maintains, with its names, ports and labels, and ours.
 */
import { formatTarget, type TargetGroup } from '../lib/prometheus/target-group.ts';
import type { RuleFile } from './rule-file.ts';

/** A host that its probes have named. */
export interface ScrapedHost {
  readonly id: number;
  /** HOSTNAME of its template. */
  readonly hostname: string;
}

export interface Cloud {
  /** This front-end as others reach it: its own address in the zone, or its host name. */
  readonly myself: string;
  /** The zone's other front-ends. */
  readonly otherServers: readonly string[];
  readonly hosts: readonly ScrapedHost[];
  /** Whether one of the hosts is this machine. */
  readonly isHost: boolean;
  /** `host:port` of the optional exporters that answer now. */
  readonly reachable: ReadonlySet<string>;
  /** Where the power agents answer, by the job that scrapes them: the agent's name. */
  readonly powerAgents: ReadonlyMap<string, readonly TargetGroup[]>;
  /** Hosts that cannot be scraped by their names, a line each. */
  readonly leftOut?: readonly string[];
  /** Pattern of the files of the VMs' targets. */
  readonly targetFiles: string;
}

type FileGroup = { readonly files: readonly string[]; readonly refresh_interval: string };

/** A job, and the one key of it that is ours. */
export type Job =
  | { readonly name: string; readonly key: 'static_configs'; readonly groups: readonly StaticGroup[] }
  | { readonly name: string; readonly key: 'file_sd_configs'; readonly groups: readonly FileGroup[] };

/** As static_configs has it: labels only where there are some. */
export type StaticGroup =
  | { readonly targets: readonly string[] }
  | { readonly targets: readonly string[]; readonly labels: Readonly<Record<string, string>> };

export interface ScrapePlan {
  /** `undefined`: they stay as they are. */
  readonly alertmanagers: readonly StaticGroup[] | undefined;
  readonly jobs: readonly Job[];
  /** Files of scrape_config_files, by the jobs that stand in them. */
  readonly otherJobs?: ReadonlyMap<string, string>;
  /** Hosts that it leaves out, and why, a line each. */
  readonly leftOut?: readonly string[];
  /** Our rules, where they are installed. */
  readonly rules?: RuleFile | undefined;
}

const vmJob = 'sr_exporter';
/** Jobs that OpenNebula's own patch_datasources does not know; each power agent has one of its name. */
export const isOwnJob = (name: unknown, powerAgents: readonly string[]): boolean =>
  name === vmJob || powerAgents.some((agent) => agent === name);

const alertmanagerPort = 9093;
export const exporterPort = 9925;
/** Prometheus watches the folder; this is for what it misses, such as a folder that came later. */
const refreshInterval = '1m';
const nodePort = 9100;
const libvirtPort = 9926;

/** Exporters that OpenNebula packages and an administrator may install: scraped where they answer. */
const optionalExporters = [
  { name: 'ovs_exporter', port: 9475, on: 'hosts' },
  { name: 'smartctl_exporter', port: 9633, on: 'hosts' },
  { name: 'lvm_exporter', port: 9845, on: 'hosts' },
  { name: 'mysql_exporter', port: 9104, on: 'servers' },
] as const;

type Candidates = Pick<Cloud, 'myself' | 'otherServers' | 'hosts'>;

const serversOf = ({ myself, otherServers }: Candidates): readonly string[] => [...otherServers, myself];

/** Where the optional exporters may be. */
export const optionalTargetsOf = (
  cloud: Candidates,
): readonly { readonly host: string; readonly port: number }[] =>
  optionalExporters.flatMap(({ port, on }) =>
    (on === 'hosts' ? cloud.hosts.map(({ hostname }) => hostname) : serversOf(cloud)).map((host) => ({
      host,
      port,
    })),
  );

const hostGroup = ({ id, hostname }: ScrapedHost, port: number): StaticGroup => ({
  targets: [formatTarget(hostname, port)],
  labels: { one_host_id: String(id) },
});

const serverGroup = (servers: readonly string[], port: number): StaticGroup => ({
  targets: servers.map((server) => formatTarget(server, port)),
});

const optionalJobsOf = (cloud: Cloud): readonly Job[] =>
  optionalExporters.flatMap(({ name, port, on }) => {
    const answers = (host: string): boolean => cloud.reachable.has(formatTarget(host, port));
    const servers = serversOf(cloud).filter(answers);
    const groups =
      on === 'hosts'
        ? cloud.hosts.filter(({ hostname }) => answers(hostname)).map((host) => hostGroup(host, port))
        : servers.length === 0
          ? []
          : [serverGroup(servers, port)];
    return groups.length === 0 ? [] : [{ name, key: 'static_configs', groups }];
  });

const nodeGroupsOf = ({ otherServers, hosts, myself, isHost }: Cloud): readonly StaticGroup[] => [
  ...(otherServers.length === 0 ? [] : [serverGroup(otherServers, nodePort)]),
  ...hosts.map((host) => hostGroup(host, nodePort)),
  ...(isHost ? [] : [serverGroup([myself], nodePort)]),
];

/** A job that has no targets is left out: what stands in the file stays as it is. */
export const planScrapes = (cloud: Cloud): ScrapePlan => {
  const libvirtGroups = cloud.hosts.map((host) => hostGroup(host, libvirtPort));
  const jobs: readonly Job[] = [
    {
      name: 'opennebula_exporter',
      key: 'static_configs',
      groups: [serverGroup([cloud.myself], exporterPort)],
    },
    { name: 'node_exporter', key: 'static_configs', groups: nodeGroupsOf(cloud) },
    { name: 'libvirt_exporter', key: 'static_configs', groups: libvirtGroups },
    ...optionalJobsOf(cloud),
    {
      name: vmJob,
      key: 'file_sd_configs',
      groups: [{ files: [cloud.targetFiles], refresh_interval: refreshInterval }],
    },
    ...[...cloud.powerAgents].map(([name, groups]) => ({ name, key: 'static_configs' as const, groups })),
  ];
  return {
    alertmanagers: [serverGroup(serversOf(cloud), alertmanagerPort)],
    jobs: jobs.filter(({ groups }) => groups.length > 0),
    leftOut: cloud.leftOut ?? [],
  };
};
