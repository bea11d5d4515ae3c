/** host.sh with a real Docker daemon and a real Scaphandre. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { type HypervisorLab, scaphandrePackage, startHypervisorLab } from '../support/hypervisor-lab.ts';
import type { MachineRun } from '../support/namespaces.ts';

const image = (tag: string): string => `docker.io/hubblo/scaphandre:${tag}`;

interface DockerHost extends Pick<HypervisorLab, 'run'> {
  hostSh(...argv: readonly string[]): Promise<MachineRun>;
  /** What the client prints. */
  docker(...argv: readonly string[]): Promise<string>;
}

/** @param options of the daemon */
const startDockerHost = async (t: TestContext, ...options: readonly string[]): Promise<DockerHost> => {
  const lab = await startHypervisorLab(t);
  await lab.put(repositoryPath('test/fixtures/os-release/debian-12'), '/etc/os-release');
  await lab.put(scaphandrePackage, '/run/scaphandre.deb');
  const script = repositoryPath('test/system/hypervisor-lab/docker.sh');
  const daemon = await lab.run(script, '/run/scaphandre.deb', lab.name, ...options);
  assert.equal(daemon.code, 0, daemon.stderr);
  return {
    run: lab.run,
    hostSh: (...argv) => lab.run(repositoryPath('host-installer/host.sh'), ...argv),
    docker: async (...argv) => {
      const { code, stdout, stderr } = await lab.run('docker', ...argv);
      assert.equal(code, 0, stderr);
      return stdout.trim();
    },
  };
};

/** The agent's container sees processes of others with their executable: dockerd is one. */
const assertSeesProcesses = async ({ run }: DockerHost): Promise<void> => {
  const page = await run('curl', '--silent', '--fail', 'http://192.0.2.7:8080/metrics');
  assert.match(page.stdout, /scaph_process_power_consumption_microwatts\{[^}]*exe="\/usr\/s?bin\/dockerd"/);
};

test('docker: install, again, upgrade, an upgrade that fails, uninstall', async (t) => {
  const host = await startDockerHost(t);
  const { run, hostSh, docker } = host;
  const idOf = (container: string): Promise<string> =>
    docker('container', 'inspect', '--format', '{{.Id}} {{.State.Running}} {{.Config.Image}}', container);
  const containers = (): Promise<string> => docker('ps', '--all', '--format', '{{.Names}}');

  const installed = await hostSh('install');
  assert.equal(installed.code, 0, installed.stderr);
  assert.match(installed.stdout, /targets: \['h2:8080'\]\n\s+labels:\n\s+host_id: 1\n\s+one_host_id: 1\n/);
  assert.match(installed.stderr, /the agent measures: this host draws \d+\.\d W/);
  const rights = await docker('container', 'inspect', '--format', '{{json .HostConfig}}', 'scaphandre');
  const { CapAdd, CapDrop, Privileged, ReadonlyRootfs } = JSON.parse(rights) as Record<string, unknown>;
  assert.match(String(CapAdd), /^(CAP_)?SYS_PTRACE$/); // versions of Docker differ in how they write it
  assert.deepEqual([CapDrop, Privileged, ReadonlyRootfs], [['ALL'], false, true]);
  await assertSeesProcesses(host);

  const first = await idOf('scaphandre');
  const again = await hostSh();
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stderr, /already: the agent runs with docker, on 192\.0\.2\.7 port 8080\n/);
  assert.equal(await idOf('scaphandre'), first, 'a second run leaves the agent alone');

  const upgraded = await hostSh('--image', image('1.0.3'));
  assert.equal(upgraded.code, 0, upgraded.stderr);
  const second = await idOf('scaphandre');
  assert.match(second, / true docker\.io\/hubblo\/scaphandre:1\.0\.3$/);
  assert.equal(await containers(), 'scaphandre');

  const failed = await hostSh('--image', image('9.9.9'));
  assert.equal(failed.code, 1, failed.stderr);
  assert.match(failed.stderr, /\| error: /, "the agent's own words are shown");
  assert.equal(await idOf('scaphandre'), second, 'the previous agent runs on');
  assert.equal(await containers(), 'scaphandre');

  const status = await hostSh('status');
  assert.equal(status.code, 0, status.stdout + status.stderr);
  assert.match(status.stdout, /^measures: \d+\.\d W/m);

  const uninstalled = await hostSh('uninstall');
  assert.equal(uninstalled.code, 0, uninstalled.stderr);
  assert.equal(await containers(), '');
  const left = await run(
    'find',
    '/etc/modules-load.d',
    '/etc/systemd/system',
    '/var/lib/opennebula-extensions',
    '-name',
    '*opennebula*',
  );
  assert.equal(left.stdout, '');
});

test('B17-a daemon that maps user ids: the agent has those of the host, measures, and is left alone by a second run', async (t) => {
  const host = await startDockerHost(t, '--userns-remap=default');
  const { hostSh, docker } = host;
  assert.match(await docker('info', '--format', '{{.SecurityOptions}}'), /name=userns/);
  const refused = await host.run('docker', 'run', '--rm', '--network', 'host', image('1.0.2'));
  assert.match(refused.stderr, /cannot share the host's network namespace/, 'what others meet there');
  const plan = await hostSh('plan');
  assert.equal(plan.code, 10, plan.stderr);

  const installed = await hostSh('install');
  assert.equal(installed.code, 0, installed.stderr);
  assert.match(installed.stderr, /the agent measures: this host draws \d+\.\d W/);
  await assertSeesProcesses(host);
  const container = (): Promise<string> =>
    docker('container', 'inspect', '--format', '{{.Id}} {{.HostConfig.UsernsMode}}', 'scaphandre');
  const made = await container();
  assert.match(made, / host$/);
  assert.equal((await hostSh()).code, 0);
  assert.equal(await container(), made);
  assert.equal((await hostSh('uninstall')).code, 0);
  assert.equal(await docker('ps', '--all', '--format', '{{.Names}}'), '', 'not even that of the refused run');
});
