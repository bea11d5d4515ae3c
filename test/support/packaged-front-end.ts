/** What runs on a front-end that has a package: a simulated cloud at its ports, the exporter, what oned starts. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { type CleanRoot, cleanEnvironment } from './clean-root.ts';
import { repositoryPath } from './expected.ts';

export interface Cloud {
  readonly endpoint: string;
  readonly agentUrl: string;
}

/** Where the suite and OpenNebula's drivers are. */
export interface Places {
  readonly suite: string;
  readonly remotes: string;
}

/** A simulated cloud at the ports that a front-end has, in the machine's network. */
export const startCloud = async (t: TestContext, { pid }: CleanRoot): Promise<Cloud> => {
  const enter = ['--target', pid, '--net', '--', process.execPath];
  const child = spawn('nsenter', [...enter, repositoryPath('build/test/system/clean-root/front-end.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as Cloud;
  throw new Error('the simulator ended');
};

/** Credentials of oneadmin, and the configuration that names the power agents. */
export const configure = async (root: CleanRoot, { agentUrl }: Cloud, etc: string): Promise<void> => {
  await root.shell(`printf 'power: {agent_url: "${agentUrl}"}\\n' >${etc}/oneext.yaml
    install -d -o oneadmin -m 700 /var/lib/one/.one
    printf oneadmin:opennebula | install -o oneadmin -m 600 /dev/stdin /var/lib/one/.one/one_auth`);
};

/** Starts it as oneadmin, as systemd would; resolves when it listens. It ends with the machine. */
export const startExporter = async (root: CleanRoot, command: readonly string[]): Promise<void> => {
  const argv = [...root.enter, ...cleanEnvironment, 'runuser', '-u', 'oneadmin', '--', ...command];
  const exporter = spawn('nsenter', argv, { stdio: ['ignore', 'inherit', 'pipe'] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: exporter.stderr })) {
    lines.push(line);
    if (line.includes('msg=listening')) {
      exporter.stderr.resume();
      return;
    }
  }
  throw new Error(`the exporter ended: ${lines.join('\n')}`);
};

export const readPower = async (root: CleanRoot, { suite }: Places): Promise<void> => {
  const ask =
    'fetch("http://127.0.0.1:9925/metrics").then(async (answer) => console.log(await answer.text()))';
  const page = await root.done(`${suite}/node/bin/node`, '-e', ask);
  assert.match(page, /^opennebula_vm_power_consumption_uW\{one_vm_id="\d+"\} \d/m, page);
};

/** The programs that oned starts, as it starts them: a login, hooks, a migration. */
export const useAsOned = async (
  root: CleanRoot,
  { suite, remotes }: Places,
  environment = 'env',
): Promise<void> => {
  const asOneadmin = `runuser -u oneadmin -- ${environment}`;
  await root.put(repositoryPath('test/auth-biscuit/testcases/seed/input.xml'), '/tmp/login.xml');
  const driver = `${asOneadmin} ${remotes}/auth/biscuit/authenticate </tmp/login.xml`;
  assert.match(await root.shell(driver), /^biscuit dann1 [0-9a-f]{64}\n$/);
  const hook = `${asOneadmin} ${suite}/hooks/vm_scrape_target 0`;
  assert.match(await root.shell(hook), /^INFO: vm_scrape_target: /);
  // The simulated cloud does not know the call of this one.
  const geolocation = `! ${asOneadmin} ${suite}/hooks/host_geolocation 0`;
  assert.match(await root.shell(geolocation), /^ERROR: host_geolocation: one\.host\.info .* not defined/);
  const migration = await root.shell(`! ${asOneadmin} ${remotes}/vmm/kvm/migrate_tunnel`);
  assert.match(migration, /^migrate_tunnel: the request to migrate cannot be read/);
};

export const assertNoOtherNode = async (root: CleanRoot): Promise<void> =>
  assert.match(await root.shell('cat /tmp/node-was-called || true'), /No such file or directory/);
