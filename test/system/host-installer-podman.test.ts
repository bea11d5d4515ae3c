/** host.sh with a real podman that is called docker too, and a real Scaphandre. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { scaphandrePackage, startHypervisorLab } from '../support/hypervisor-lab.ts';

test('B10-docker is another name of podman: there is one agent, further runs leave it alone, and a boot starts it', async (t) => {
  const lab = await startHypervisorLab(t);
  await lab.put(repositoryPath('test/fixtures/os-release/debian-12'), '/etc/os-release');
  await lab.put(scaphandrePackage, '/run/scaphandre.deb');
  const script = repositoryPath('test/system/hypervisor-lab/podman.sh');
  const prepared = await lab.run(script, repositoryPath('.cache/podman'), '/run/scaphandre.deb');
  assert.equal(prepared.code, 0, prepared.stderr);

  const hostSh = (...argv: readonly string[]) => lab.run(repositoryPath('host-installer/host.sh'), ...argv);
  const podman = async (...argv: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await lab.run('podman', ...argv);
    assert.equal(code, 0, stderr);
    return stdout.trim();
  };
  const containers = (): Promise<string> => podman('container', 'ls', '--all', '--format', '{{.Names}}');
  const agent = (): Promise<string> =>
    podman(
      'container',
      'inspect',
      '--format',
      '{{.Id}} {{.State.Running}} {{.HostConfig.RestartPolicy.Name}}',
      'scaphandre',
    );
  const startsAtBoot = async (): Promise<boolean> =>
    (await lab.run('systemctl', 'is-enabled', '--quiet', 'podman-restart.service')).code === 0;

  const installed = await hostSh('install', '--runtime', 'docker');
  assert.equal(installed.code, 0, installed.stderr);
  assert.match(
    installed.stderr,
    /^docker is another name of podman on this host: the agent runs with podman$/m,
  );
  assert.match(installed.stderr, /the agent measures: this host draws \d+\.\d W/);
  const made = await agent();
  assert.match(made, / true always$/, 'podman-restart.service starts no others');
  assert.deepEqual([await containers(), await startsAtBoot()], ['scaphandre', true]);

  for (const again of [['install'], ['install', '--runtime', 'podman'], ['install', '--runtime', 'auto']]) {
    const { code, stderr } = await hostSh(...again);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /already: the agent runs with podman, on 192\.0\.2\.7 port 8080\n/, again.join(' '));
    assert.equal(await agent(), made, again.join(' '));
  }
  const plan = await hostSh('plan');
  assert.equal(plan.code, 0, plan.stdout + plan.stderr);

  const uninstalled = await hostSh('uninstall');
  assert.equal(uninstalled.code, 0, uninstalled.stderr);
  assert.deepEqual([await containers(), await startsAtBoot()], ['', false]);
  // The kernel's control groups know no layers: the empty ones that podman keeps would outlive this machine.
  await lab.run('find', '/sys/fs/cgroup', '-depth', '-path', '*/libpod_parent*', '-type', 'd', '-delete');
});
