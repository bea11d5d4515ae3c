/** What the installer and an administrator put into place, for the lab of `oneext doctor`. */
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Hook, parseHookTemplate } from '../../lib/one/hook.ts';
import { relocatePath } from '../../lib/one/places.ts';
import { simulatedCredentials } from '../../simulator/simulate.ts';
import { repositoryPath } from './expected.ts';
import { makeMmdb } from './mmdb.ts';
import { copyProgram } from './program.ts';

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

/** A hook as OpenNebula has it; the records of its executions, in XML. */
export type LabHook = Pick<Hook, 'name' | 'attributes'> & { readonly log?: string };

const cdata = (name: string, value: string): string => `<${name}><![CDATA[${value}]]></${name}>`;
export const formatHook = (id: number, { name, attributes, log = '' }: LabHook): string =>
  `<HOOK><ID>${id}</ID><NAME>${name}</NAME><TYPE>${attributes.get('TYPE')}</TYPE><TEMPLATE>${[...attributes]
    .filter(([key]) => key !== 'TYPE')
    .map(([key, value]) => cdata(key, value))
    .join('')}</TEMPLATE><HOOKLOG>${log}</HOOKLOG></HOOK>`;

export const readOwnHooks = (folder: string): Map<number, LabHook> => {
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
export const healthyPrometheus = (): Map<string, unknown> => {
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
export const writeInstallation = (folder: string): void => {
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
  const suite = file('lib/opennebula-extensions');
  symlinkSync(repositoryPath('dist'), suite);
  cpSync(repositoryPath('dist/auth/biscuit'), file('var/remotes/auth/biscuit'), { recursive: true });
  for (const program of ['auth/biscuit/authenticate', 'vmm/kvm/migrate_tunnel'])
    copyProgram(`dist/${program}`, file('var/remotes', program), suite);
  writeFileSync(file('var/.one/one_auth'), `${simulatedCredentials}\n`, { mode: 0o600 });
  writeFileSync(file('etc/oned.conf'), onedConf);
  writeFileSync(file('etc/prometheus/prometheus.yml'), 'scrape_configs: []\n');
  writeFileSync(file('var/geolocation/city.mmdb'), makeMmdb(6, {}, Math.floor(Date.now() / 1000) - 86_400));
};
