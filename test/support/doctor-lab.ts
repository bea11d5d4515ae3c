/** A self-contained OpenNebula in a folder, with everything that `oneext doctor` looks at in order. */
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { AnswerCall } from '../../simulator/front-end.ts';
import { simulate, simulatedCredentials } from '../../simulator/simulate.ts';
import {
  formatHook,
  healthyPrometheus,
  type LabHook,
  readOwnHooks,
  writeInstallation,
} from './doctor-installation.ts';
import { startExporter } from './exporter.ts';
import { type ProgramRun, runProgram } from './program.ts';
import { temporaryFolder } from './temporary.ts';

export interface DoctorFinding {
  readonly check: string;
  readonly subject?: string;
  readonly level: string;
  readonly message: string;
  readonly next?: string;
}
export interface DoctorRun extends ProgramRun {
  readonly findings: readonly DoctorFinding[];
}

/** What a test changes before the doctor looks. */
export interface DoctorLab {
  /** ONE_LOCATION. */
  readonly folder: string;
  file(...names: readonly string[]): string;
  /** Hooks as OpenNebula has them, by id. */
  readonly hooks: Map<number, LabHook>;
  /** Answers of Prometheus' API, by what stands behind /api/v1/. */
  readonly prometheus: Map<string, unknown>;
  readonly environment: Record<string, string>;
  /** Calls that OpenNebula answers otherwise. */
  answer: AnswerCall;
  writeProgram(name: string, script: string): void;
  run(...argv: readonly string[]): Promise<DoctorRun>;
}

const listen = async (t: TestContext, server: http.Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return (server.address() as AddressInfo).port;
};

export interface LabOptions {
  /** Where the exporter asks agents, instead of the simulated ones. */
  readonly agentUrl?: string;
  readonly hosts?: number;
  readonly vms?: number;
  /** prometheus.yml stays as it was: names of many hosts take resolvers their time. */
  readonly isUnpatched?: boolean;
}

export const startDoctorLab = async (t: TestContext, options: LabOptions = {}): Promise<DoctorLab> => {
  const folder = temporaryFolder(t);
  writeInstallation(folder);
  const lab = { answer: (() => undefined) as AnswerCall };
  const hooks = readOwnHooks(folder);
  const prometheus = healthyPrometheus();
  const simulation = await simulate({
    hosts: options.hosts ?? 3,
    vms: options.vms ?? 8,
    lifetimeSeconds: 600,
    migrationSeconds: 10,
    processes: 5,
    port: 0,
    agentsPort: 0,
    still: true,
    answer: (method, parameters) => {
      const own = lab.answer(method, parameters);
      if (own !== undefined) return own;
      const found = hooks.get(Number(parameters[0]));
      if (method === 'one.hook.info' && found !== undefined)
        return { document: formatHook(Number(parameters[0]), found) };
      const all = [...hooks].map(([id, hook]) => formatHook(id, { ...hook, log: '' }));
      return method === 'one.hookpool.info'
        ? { document: `<HOOK_POOL>${all.join('')}</HOOK_POOL>` }
        : undefined;
    },
  });
  t.after(simulation.close);
  const agentUrl = options.agentUrl ?? simulation.agentUrl;
  const exporter = await startExporter({
    endpoint: simulation.endpoint,
    credentials: simulatedCredentials,
    flags: [`--power.agent-url=${agentUrl}`, '--no-collector.server'],
  });
  t.after(exporter.end);
  const server = http.createServer((request, response) => {
    const data = prometheus.get((request.url ?? '').replace('/api/v1/', ''));
    response.writeHead(data === undefined ? 404 : 200).end(JSON.stringify({ status: 'success', data }));
  });
  const prometheusPort = await listen(t, server);

  const writeProgram = (name: string, script: string): void => {
    const file = path.join(folder, 'bin', name);
    rmSync(file, { force: true });
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  };
  writeProgram(
    'systemctl',
    'echo LoadState=loaded\necho ActiveState=active\necho NeedDaemonReload=no\necho DropInPaths=/etc/systemd/system/opennebula-exporter.service.d/opennebula-extensions.conf',
  );
  writeProgram('timedatectl', 'echo yes');
  writeProgram('promtool', 'exit 0');
  const environment: Record<string, string> = {
    PATH: `${folder}/bin:${path.dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: folder,
    TMPDIR: `${folder}/tmp`,
    ONE_LOCATION: folder,
    ONE_XMLRPC: simulation.endpoint,
    ONEEXT_EXPORTER_URL: exporter.url,
    ONEEXT_DOCTOR_PROMETHEUS_URL: `http://127.0.0.1:${prometheusPort}`,
    ONEEXT_POWER_AGENT_URL: agentUrl,
  };
  const oneext = (...argv: readonly string[]): Promise<ProgramRun> =>
    runProgram('dist/oneext', { argv, env: environment });
  if (options.isUnpatched !== true) await oneext('prometheus', 'patch', '--no-reload');
  return Object.assign(lab, {
    folder,
    file: (...names: readonly string[]) => path.join(folder, ...names),
    hooks,
    prometheus,
    environment,
    writeProgram,
    run: async (...argv: readonly string[]) => {
      const run = await oneext('doctor', ...argv);
      const findings = argv.includes('--json') && run.stdout !== '' ? JSON.parse(run.stdout).findings : [];
      return { ...run, findings };
    },
  });
};
