/** A self-contained OpenNebula in a folder, with everything that `oneext doctor` looks at in order. */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { type Hook, parseHookTemplate } from '../../lib/one/hook.ts';
import { relocatePath } from '../../lib/one/places.ts';
import type { AnswerCall } from '../../simulator/front-end.ts';
import { simulate, simulatedCredentials } from '../../simulator/simulate.ts';
import { repositoryPath } from './expected.ts';
import { startExporter } from './exporter.ts';
import { makeMmdb } from './mmdb.ts';
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
  readonly hooks: Map<number, Pick<Hook, 'name' | 'attributes'> & { readonly log?: string }>;
  /** Answers of Prometheus' API, by what stands behind /api/v1/. */
  readonly prometheus: Map<string, unknown>;
  readonly environment: Record<string, string>;
  /** Calls that OpenNebula answers otherwise. */
  answer: AnswerCall;
  writeProgram(name: string, script: string): void;
  run(...argv: readonly string[]): Promise<DoctorRun>;
}

const onedConf = `LOG = [ SYSTEM = "file" ]
VM_MAD = [
    NAME       = "kvm",
    EXECUTABLE = "one_vmm_exec",
    ARGUMENTS  = "-t 15 -r 0 -p -l migrate=migrate_tunnel kvm" ]
AUTH_MAD = [ EXECUTABLE = "one_auth_mad", AUTHN = "ssh,x509,biscuit" ]
AUTH_MAD_CONF = [
    NAME = "biscuit", PASSWORD_CHANGE = "NO", DRIVER_MANAGED_GROUPS = "NO",
    DRIVER_MANAGED_GROUP_ADMIN = "NO", MAX_TOKEN_TIME = "0" ]
`;

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

const cdata = (name: string, value: string): string => `<${name}><![CDATA[${value}]]></${name}>`;
export const formatHook = (
  id: number,
  { name, attributes, log = '' }: Pick<Hook, 'name' | 'attributes'> & { log?: string },
): string =>
  `<HOOK><ID>${id}</ID><NAME>${name}</NAME><TYPE>${attributes.get('TYPE')}</TYPE><TEMPLATE>${[...attributes]
    .filter(([key]) => key !== 'TYPE')
    .map(([key, value]) => cdata(key, value))
    .join('')}</TEMPLATE><HOOKLOG>${log}</HOOKLOG></HOOK>`;

const readOwnHooks = (folder: string): DoctorLab['hooks'] => {
  const templates = repositoryPath('hooks/templates');
  return new Map(
    readdirSync(templates)
      .sort()
      .map((file, id) => {
        const { name, attributes } = parseHookTemplate(readFileSync(path.join(templates, file), 'utf8'));
        const command = relocatePath(attributes.get('COMMAND') ?? '', { ONE_LOCATION: folder });
        return [id, { name, attributes: new Map(attributes).set('COMMAND', command) }];
      }),
  );
};

const ruleFile = (): string =>
  readFileSync(repositoryPath('prometheus-patches/rules/opennebula-extensions.yml'), 'utf8');

/** As a Prometheus says it that has all that the suite gives it. */
const healthyPrometheus = (): DoctorLab['prometheus'] => {
  const target = (job: string, scrapeUrl: string) => ({
    labels: { job },
    scrapeUrl,
    health: 'up',
    lastError: '',
  });
  const rules = [...ruleFile().matchAll(/- (?:record|alert): (\S+)/g)].map((match) => match[1]);
  return new Map<string, unknown>([
    [
      'targets?state=active',
      {
        activeTargets: [
          target('opennebula_exporter', 'http://front-end:9925/metrics'),
          target('scaphandre', 'http://kvm000:8080/metrics'),
        ],
      },
    ],
    [
      'status/config',
      {
        yaml: 'scrape_configs:\n- job_name: opennebula_exporter\n- job_name: sr_exporter\n- job_name: scaphandre\n',
      },
    ],
    [
      'rules',
      { groups: [{ name: 'a', rules: rules.map((name) => ({ name, health: 'ok', lastError: '' })) }] },
    ],
  ]);
};

/** What the installer and an administrator put into place. */
const writeInstallation = (folder: string): void => {
  const file = (...names: readonly string[]): string => path.join(folder, ...names);
  for (const name of [
    'etc/prometheus',
    'var/.one',
    'var/remotes/auth',
    'var/remotes/vmm/kvm',
    'var/geolocation',
    'var/prometheus/targets',
    'lib',
    'bin',
    'tmp',
  ])
    mkdirSync(file(name), { recursive: true });
  symlinkSync(repositoryPath('dist'), file('lib/opennebula-extensions'));
  cpSync(repositoryPath('dist/auth/biscuit'), file('var/remotes/auth/biscuit'), { recursive: true });
  cpSync(repositoryPath('dist/vmm/kvm/migrate_tunnel'), file('var/remotes/vmm/kvm/migrate_tunnel'));
  writeFileSync(file('var/.one/one_auth'), `${simulatedCredentials}\n`, { mode: 0o600 });
  writeFileSync(file('etc/oned.conf'), onedConf);
  writeFileSync(file('etc/prometheus/prometheus.yml'), 'scrape_configs: []\n');
  writeFileSync(file('var/geolocation/city.mmdb'), makeMmdb(6, {}, Math.floor(Date.now() / 1000) - 86_400));
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
    ONEEXT_DOCTOR_EXPORTER_URL: exporter.url,
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
