/** From a hypervisor without anything to the watts of a VM in our exporter: a real Scaphandre, a real QEMU. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { scaphandrePackage, startHypervisorLab } from '../support/hypervisor-lab.ts';

test('native, on a machine that was a hypervisor (E1): host.sh installs it, and the power of the VM arrives in the exporter', async (t) => {
  const lab = await startHypervisorLab(t);
  await lab.put(repositoryPath('test/fixtures/os-release/debian-13'), '/etc/os-release');
  await lab.put(scaphandrePackage, '/run/scaphandre.deb');
  const prepared = await lab.run(repositoryPath('test/system/hypervisor-lab/native.sh'), process.execPath);
  assert.equal(prepared.code, 0, prepared.stderr);
  const hostSh = (...argv: readonly string[]) => lab.run(repositoryPath('host-installer/host.sh'), ...argv);
  const readSeries = async (series: string): Promise<number | undefined> => {
    const { stdout } = await lab.run('curl', '--silent', 'http://127.0.0.1:9925/metrics');
    const line = stdout.split('\n').find((each) => each.startsWith(series));
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
  };
  const power = 'opennebula_vm_power_consumption_uW{one_vm_id="524"}';
  // The exporter is up and has no power yet: nothing, and not 0.
  while ((await readSeries('opennebula_vm_state{one_vm_id="524"}')) === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.equal(await readSeries(power), undefined);

  const installed = await hostSh('--runtime', 'native', '--allow', '192.0.2.0/24,2001:db8::/32');
  assert.equal(installed.code, 0, installed.stderr);
  assert.match(installed.stderr, /install the packages scaphandre\n/);
  assert.match(installed.stdout, /targets: \['h2:8080'\]/);
  // By its own eyes the agent is not root, and has two capabilities.
  const { stdout: rights } = await lab.run('sh', '-c', 'cat /proc/$(pidof scaphandre)/status');
  assert.match(rights, /^Uid:\s+61184\s/m);
  assert.match(rights, /^CapEff:\s+0000000000080004$/m);
  const { stdout: table } = await lab.run('nft', 'list', 'table', 'inet', 'opennebula_power_agent');
  assert.match(table, /ip saddr 192\.0\.2\.0\/24 accept/);
  assert.match(table, /ip6 saddr 2001:db8::\/32 accept/);

  // A7: what flushes all tables takes ours along, and it comes back at once.
  assert.equal((await lab.run('nft', 'flush', 'ruleset')).code, 0);
  while ((await lab.run('nft', 'list', 'table', 'inet', 'opennebula_power_agent')).stdout !== table) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const status = await hostSh('status');
  assert.match(
    status.stdout,
    /^allowed: 192\.0\.2\.0\/24,2001:db8::\/32\nmeasures: \d/m,
    status.stdout + status.stderr,
  );

  for (;;) {
    const microwatts = await readSeries(power);
    if (microwatts !== undefined && microwatts > 0) {
      // The made counters stand for 50 W.
      assert.ok(microwatts <= 60e6, `${microwatts} µW`);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }

  const again = await hostSh();
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stderr, /already: the agent runs with native, on 192\.0\.2\.7 port 8080\n/);

  // The suite's own agent takes its place, with no more rights, and the exporter reads it at the same URL.
  const switched = await hostSh('--agent', 'onepower');
  assert.equal(switched.code, 0, switched.stderr);
  assert.match(switched.stderr, /^replace Scaphandre, which runs with native, by onepower, which runs with/m);
  assert.match(switched.stderr, /^the agent measures: this host draws \d+\.\d W$/m);
  const { stdout: ownRights } = await lab.run(
    'sh',
    '-c',
    'cat /proc/$(cat /run/made-systemd/opennebula-power-agent.service.pid)/status',
  );
  assert.match(ownRights, /^Uid:\s+61184\s/m);
  assert.match(ownRights, /^CapEff:\s+0000000000080004$/m);
  const { stdout: page } = await lab.run('curl', '--silent', 'http://192.0.2.7:8080/metrics');
  assert.match(page, /^onepower_vm_cpu_seconds_total\{domain="one-524",uuid=""\} \d/m, page);
  assert.equal((await lab.run('pidof', 'scaphandre')).stdout, '');
  const statusNow = await hostSh('status');
  assert.match(statusNow.stdout, /^measures: \d+\.\d W \(onepower \d/m, statusNow.stdout);

  const uninstalled = await hostSh('uninstall');
  assert.equal(uninstalled.code, 0, uninstalled.stderr);
  assert.notEqual((await lab.run('curl', '--silent', 'http://192.0.2.7:8080/metrics')).code, 0);
  assert.equal((await lab.run('nft', 'list', 'tables')).stdout, '');
  assert.notEqual((await lab.run('dpkg', '--status', 'scaphandre')).code, 0, 'the package is gone');
});
