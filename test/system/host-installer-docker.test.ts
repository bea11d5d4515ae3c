/** host.sh with a real Docker daemon and a real Scaphandre. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { scaphandrePackage, startHypervisorLab } from '../support/hypervisor-lab.ts';

const image = (tag: string): string => `docker.io/hubblo/scaphandre:${tag}`;

test('docker: install, again, upgrade, an upgrade that fails, uninstall', async (t) => {
  const lab = await startHypervisorLab(t);
  await lab.put(repositoryPath('test/fixtures/os-release/debian-12'), '/etc/os-release');
  await lab.put(scaphandrePackage, '/run/scaphandre.deb');
  const daemon = await lab.run(
    repositoryPath('test/system/hypervisor-lab/docker.sh'),
    '/run/scaphandre.deb',
    lab.name,
  );
  assert.equal(daemon.code, 0, daemon.stderr);

  const hostSh = (...argv: readonly string[]) => lab.run(repositoryPath('host-installer/host.sh'), ...argv);
  const docker = async (...argv: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await lab.run('docker', ...argv);
    assert.equal(code, 0, stderr);
    return stdout.trim();
  };
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
  const page = await lab.run('curl', '--silent', '--fail', 'http://192.0.2.7:8080/metrics');
  // Processes of others are seen with their executable: dockerd is one.
  assert.match(page.stdout, /scaph_process_power_consumption_microwatts\{[^}]*exe="\/usr\/s?bin\/dockerd"/);

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
  const left = await lab.run(
    'find',
    '/etc/modules-load.d',
    '/etc/systemd/system',
    '/var/lib/opennebula-extensions',
    '-name',
    '*opennebula*',
  );
  assert.equal(left.stdout, '');
});
