/** `oneext` as a test calls it, on a made tree of a front-end, or on a self-contained OpenNebula whose API answers. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { formatTestHosts, formatTestZone, type TestHost } from './cloud-documents.ts';
import { createHookRegistry, type HookRegistry } from './hook-registry.ts';
import { startLivingFrontEnd } from './living-front-end.ts';
import { type MadeFrontEnd, makeFrontEnd, onedConfOf } from './made-front-end.ts';
import { type ProgramRun, runProgram } from './program.ts';
import { temporaryFolder } from './temporary.ts';

/** A stand-in for visudo, which says what a test wants; the real one is in test/system. */
const programsWith = (t: TestContext, visudo = 'exit 0'): string => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, 'visudo'), `#!/bin/sh\n${visudo}\n`, { mode: 0o755 });
  return folder;
};

export interface OneextLab {
  readonly tree: MadeFrontEnd;
  readonly oneext: (...argv: readonly string[]) => Promise<ProgramRun>;
}

export const startLab = (
  t: TestContext,
  tree = makeFrontEnd(t),
  program = 'dist/oneext',
  visudo = 'exit 0',
): OneextLab => {
  const PATH = `${programsWith(t, visudo)}:/usr/bin:/bin`;
  const oneext: OneextLab['oneext'] = (...argv) =>
    runProgram(program, { argv: [...argv, '--root', tree.root], env: { PATH } });
  return { tree, oneext };
};

export const succeed = async (run: Promise<ProgramRun>): Promise<ProgramRun> => {
  const result = await run;
  assert.equal(result.code, 0, result.stderr);
  return result;
};

/** A plan that has something to change says so by its exit code (D9). */
export const plans = async (run: Promise<ProgramRun>): Promise<ProgramRun> => {
  const result = await run;
  assert.equal(result.code, 10, result.stderr);
  return result;
};

export const prometheusYml = `global: {scrape_interval: 15s} # stays
scrape_configs:
- job_name: prometheus
  static_configs:
  - targets: ['localhost:9090']
`;

export interface SelfContained {
  readonly made: MadeFrontEnd;
  /** ONE_LOCATION. */
  readonly home: string;
  readonly registry: HookRegistry;
  /** Calls of the API so far: `one.host.update 7`. */
  readonly calls: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly oneext: (...argv: readonly string[]) => Promise<ProgramRun>;
}

/** What a test's cloud has, and what programs there do; shell scripts. */
export interface SelfContainedOptions {
  readonly promtool?: string;
  readonly onehost?: string;
  readonly hosts?: readonly TestHost[];
  /** Documents of users: `<USER>...</USER>`. */
  readonly users?: () => string;
}

/** A self-contained OpenNebula, whose API answers, in a tree that has others' files too. */
export const startSelfContained = async (
  t: TestContext,
  {
    promtool = 'exit 0',
    onehost = 'exit 0',
    hosts = [{ id: 0, name: 'kvm0' }],
    users = () => '',
  }: SelfContainedOptions = {},
): Promise<SelfContained> => {
  const made = makeFrontEnd(t);
  const home = path.join(made.root, 'one');
  made.write('/one/etc/oned.conf', onedConfOf('7.4'));
  made.write('/one/etc/prometheus/prometheus.yml', prometheusYml);
  made.write('/one/var/remotes/vmm/kvm/migrate', 'stock\n', 0o755);
  made.write('/one/var/.one/one_auth', 'oneadmin:labpass\n', 0o600);
  const registry = createHookRegistry();
  made.write('/one/bin/onehost', `#!/bin/sh\n${onehost}\n`, 0o755);
  const places = new Map<unknown, string>();
  const placed = ({ id, ...host }: TestHost): TestHost => ({ id, ...host, template: places.get(id) ?? '' });
  const { endpoint, calls } = await startLivingFrontEnd(t, (method, parameters) => {
    const [id, text] = parameters;
    if (method === 'one.hostpool.info') return { document: formatTestHosts(hosts.map(placed)) };
    if (method === 'one.userpool.info') return { document: `<USER_POOL>${users()}</USER_POOL>` };
    if (method === 'one.host.info') {
      const pool = formatTestHosts(hosts.filter((host) => host.id === id).map(placed));
      return { document: pool.replaceAll(/<\/?HOST_POOL>/g, '') };
    }
    if (method === 'one.host.update') {
      places.set(id, `<GEOLOCATION>${String(text).split('"')[1]}</GEOLOCATION>`);
      return { document: String(id) };
    }
    if (method === 'one.zonepool.info') return { document: formatTestZone() };
    return registry.answer(method, parameters);
  });
  const programs = programsWith(t);
  writeFileSync(path.join(programs, 'promtool'), `#!/bin/sh\n${promtool}\n`, { mode: 0o755 });
  writeFileSync(path.join(programs, 'ssh'), '#!/bin/sh\necho no route to host >&2\nexit 255\n', {
    mode: 0o755,
  });
  const env = { ONE_LOCATION: home, ONE_XMLRPC: endpoint, PATH: `${programs}:/usr/bin:/bin`, HOME: home };
  const oneext: SelfContained['oneext'] = (...argv) => runProgram('dist/oneext', { argv, env });
  return { made, home, registry, env, calls, oneext };
};
