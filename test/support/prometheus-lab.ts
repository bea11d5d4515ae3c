/** `oneext prometheus` beside a front-end with hosts, a prometheus.yml, and stand-ins for promtool and systemctl. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { formatTestHosts, formatTestZone } from './cloud-documents.ts';
import { type LivingFrontEnd, startLivingFrontEnd } from './living-front-end.ts';
import { type ProgramRun, runProgram } from './program.ts';
import { temporaryFolder } from './temporary.ts';

/** What the operator has. */
export const stockConfig = `global: {scrape_interval: 15s} # stays
scrape_configs:
- job_name: prometheus
  static_configs:
  - targets: ['localhost:9090']
`;

export interface PrometheusLab {
  readonly folder: string;
  readonly config: string;
  readonly targets: string;
  readonly frontEnd: LivingFrontEnd;
  run(...argv: readonly string[]): Promise<ProgramRun>;
  /** For root: as another user. */
  runAs(uid: number, ...argv: readonly string[]): Promise<ProgramRun>;
  writeProgram(name: string, script: string): void;
}

export const startPrometheusLab = async (t: TestContext, zone = formatTestZone()): Promise<PrometheusLab> => {
  const folder = temporaryFolder(t);
  const hosts = formatTestHosts([
    { id: 1, hostname: 'kvm1.invalid' },
    {
      id: 0,
      hostname: 'kvm0.invalid',
      name: '10.0.0.10',
      template: '<POWER_AGENT_URL>https://[fd00::1]:8443/power</POWER_AGENT_URL>',
    },
    { id: 2, name: 'not-monitored-yet' },
    { id: 3, hostname: 'lxc.invalid', hypervisor: 'lxc' },
    { id: 4, hostname: "odd', evil: [", name: 'a b' },
  ]);
  const frontEnd = await startLivingFrontEnd(t, (method) => {
    if (method === 'one.hostpool.info') return { document: hosts };
    return method === 'one.zonepool.info' ? { document: zone } : undefined;
  });
  const config = path.join(folder, 'prometheus.yml');
  const targets = path.join(folder, 'targets');
  writeFileSync(config, stockConfig, { mode: 0o640 });
  writeFileSync(path.join(folder, 'one_auth'), 'oneadmin:labpass\n');
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  const writeProgram = (name: string, script: string): void => {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(bin, name), 0o755);
  };
  writeProgram('promtool', `echo "$@" >>${folder}/promtool.log; cat "$3" >${folder}/checked.yml`);
  writeProgram('systemctl', 'echo 0');
  const runAs = (uid: number | undefined, ...argv: readonly string[]): Promise<ProgramRun> =>
    runProgram('dist/oneext', {
      argv: ['prometheus', ...argv],
      ...(uid === undefined ? {} : { uid }),
      env: {
        PATH: `${bin}:/usr/bin:/bin`,
        ONE_AUTH: path.join(folder, 'one_auth'),
        ONE_XMLRPC: frontEnd.endpoint,
        ONEEXT_CONFIG_FILE: '/dev/null',
        ONEEXT_PROMETHEUS_CONFIG: config,
        ONEEXT_PROMETHEUS_TARGETS_FOLDER: targets,
      },
    });
  const run = (...argv: readonly string[]): Promise<ProgramRun> => runAs(undefined, ...argv);
  return { folder, config, targets, frontEnd, run, runAs, writeProgram };
};

/** The same after `oneext prometheus patch`. */
export const patched = (targets: string): string => `${stockConfig}- job_name: opennebula_exporter
  static_configs:
  - targets: ['${hostname()}:9925']
- job_name: node_exporter
  static_configs:
  - targets: ['kvm0.invalid:9100']
    labels: {one_host_id: '0'}
  - targets: ['kvm1.invalid:9100']
    labels: {one_host_id: '1'}
  - targets: ['lxc.invalid:9100']
    labels: {one_host_id: '3'}
  - targets: ['${hostname()}:9100']
- job_name: libvirt_exporter
  static_configs:
  - targets: ['kvm0.invalid:9926']
    labels: {one_host_id: '0'}
  - targets: ['kvm1.invalid:9926']
    labels: {one_host_id: '1'}
  - targets: ['lxc.invalid:9926']
    labels: {one_host_id: '3'}
- job_name: sr_exporter
  file_sd_configs:
  - files: ['${targets}/vm-*.json']
    refresh_interval: '1m'
- job_name: scaphandre
  static_configs:
  - targets: ['[fd00::1]:8443']
    labels: {host_id: '0', one_host_id: '0', '__scheme__': https, '__metrics_path__': /power}
  - targets: ['kvm1.invalid:8080']
    labels: {host_id: '1', one_host_id: '1'}
  - targets: ['not-monitored-yet:8080']
    labels: {host_id: '2', one_host_id: '2'}
alerting:
  alertmanagers:
  - static_configs:
    - targets: ['${hostname()}:9093']
`;
