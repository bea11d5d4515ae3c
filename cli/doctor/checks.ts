/** All checks, in the order in which they are shown: each hangs on those before it. */
import { judgeAgents } from './agents.ts';
import { judgeAuth } from './auth.ts';
import { type Check, defineCheck } from './check.ts';
import { judgeClocks } from './clock.ts';
import { judgeConfig } from './config.ts';
import { judgeExporter } from './exporter.ts';
import { judgeGeolocation } from './geolocation.ts';
import { judgeGuests } from './guests.ts';
import { judgeHooks } from './hooks.ts';
import { judgeHosts } from './hosts.ts';
import { probeAgents } from './io/agents.ts';
import { probeAuth } from './io/auth.ts';
import { probeClocks } from './io/clock.ts';
import { probeExporter } from './io/exporter.ts';
import { probeGeolocation } from './io/geolocation.ts';
import { probeGuests } from './io/guests.ts';
import { probeHooks } from './io/hooks.ts';
import { hostsLimitMs, probeHosts } from './io/hosts.ts';
import { probeLeftovers } from './io/leftovers.ts';
import { probeLiveMigrate } from './io/live-migrate.ts';
import { probeMonitoring } from './io/monitoring.ts';
import { probeOne } from './io/one.ts';
import { probePrometheus } from './io/prometheus.ts';
import { probeVersions } from './io/versions.ts';
import { judgeLeftovers } from './leftovers.ts';
import { judgeLiveMigrate } from './live-migrate.ts';
import { judgeMonitoring } from './monitoring.ts';
import { judgeOne } from './one.ts';
import { judgePrometheus } from './prometheus.ts';
import { judgeVersions } from './versions.ts';

export const checks: readonly Check[] = [
  defineCheck({
    name: 'config',
    about: 'oneext.yaml can be read, and something reads each of its keys',
    probe: async ({ configuration }) => configuration,
    judge: judgeConfig,
  }),
  defineCheck({
    name: 'one',
    about: 'credentials, API and version of OpenNebula, rights of the user',
    probe: probeOne,
    judge: judgeOne,
  }),
  defineCheck({
    name: 'versions',
    about: 'of oneext, Node, the running exporter, the copies in the remotes',
    probe: probeVersions,
    judge: judgeVersions,
  }),
  defineCheck({
    name: 'hooks',
    about: 'registered once, as their templates say; their last runs; the hook manager and the timers',
    probe: probeHooks,
    judge: judgeHooks,
  }),
  defineCheck({
    name: 'auth',
    about: 'the driver of biscuit tokens: enabled, in place, grants and denies',
    probe: probeAuth,
    judge: judgeAuth,
  }),
  defineCheck({
    name: 'exporter',
    about: 'answers, is ours, its collectors succeed, its data are fresh; its unit',
    probe: probeExporter,
    judge: judgeExporter,
  }),
  defineCheck({
    name: 'agents',
    about: 'power agents that are not up, VMs without a measurement, and why',
    probe: probeAgents,
    judge: judgeAgents,
  }),
  defineCheck({
    name: 'monitoring',
    about: "where power is pushed into OpenNebula's own monitoring: one VM has it there",
    probe: probeMonitoring,
    judge: judgeMonitoring,
  }),
  defineCheck({
    name: 'guests',
    about: "where VMs are served their own power: what the hypervisors' proxies forward (tproxy)",
    probe: probeGuests,
    judge: judgeGuests,
  }),
  defineCheck({
    name: 'prometheus',
    about: 'scrapes us, has our jobs and rules; prometheus.yml and the target files in line',
    probe: probePrometheus,
    judge: judgePrometheus,
  }),
  defineCheck({
    name: 'clock',
    about: 'NTP here, and the clocks of OpenNebula, Prometheus and agents',
    probe: probeClocks,
    judge: judgeClocks,
  }),
  defineCheck({
    name: 'live-migrate',
    about: 'migrate_tunnel in oned.conf and in place, Node and sudo rights for it',
    probe: probeLiveMigrate,
    judge: judgeLiveMigrate,
  }),
  defineCheck({
    name: 'hosts',
    about: 'with --hosts: ssh, sudo rights, VXLAN, clocks and leftover tunnels of hypervisors',
    probe: probeHosts,
    judge: judgeHosts,
    timeLimitMs: hostsLimitMs,
  }),
  defineCheck({
    name: 'geolocation',
    about: 'databases and their age; hosts with a fixed place have it',
    probe: probeGeolocation,
    judge: judgeGeolocation,
  }),
  defineCheck({
    name: 'leftovers',
    about: 'files of the first generation, temporary files',
    probe: probeLeftovers,
    judge: judgeLeftovers,
  }),
];
