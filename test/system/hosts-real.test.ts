/** From the front-end to a hypervisor's watts: a real OpenSSH on both sides, the real host.sh, a real Scaphandre. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { scaphandrePackage, startHypervisorLab } from '../support/hypervisor-lab.ts';

/** Root on h2 may log in as root on h2, and knows it. */
const startSshd = `set -e
mkdir -p /run/sshd /root/.ssh
rm -f /root/.ssh/* /etc/ssh/ssh_config.d/*
ssh-keygen -q -t ed25519 -N '' -f /run/host_key
ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
cp /root/.ssh/id_ed25519.pub /run/authorized_keys
printf 'h2 %s\\n' "$(cat /run/host_key.pub)" >/root/.ssh/known_hosts
cat >/run/sshd_config <<CONFIG
ListenAddress 192.0.2.7
HostKey /run/host_key
AuthorizedKeysFile /run/authorized_keys
PasswordAuthentication no
PermitRootLogin prohibit-password
UsePAM no
StrictModes no
CONFIG
/usr/sbin/sshd -f /run/sshd_config
install -d -m 755 /var/log/one
id front >/dev/null 2>&1 || useradd --system front
usermod --shell /bin/bash front
usermod --password '*' front # UsePAM no: a locked account may not log in
echo 'front ALL=(root) NOPASSWD: ALL' >/etc/sudoers.d/front
chmod 0440 /etc/sudoers.d/front`;

/** Ends oneext without a word while host.sh is at work, and waits until nothing of it is left on the host. */
const killAtWork = `"$@" >/dev/null 2>&1 & run=$!
until grep -q 'h2: start the agent' /var/log/one/oneext-hosts.log; do sleep 0.1; done
kill -KILL "$run"
while pgrep -f 'remote[.]sh'; do sleep 0.2; done
ls -d /tmp/tmp.* /var/lib/opennebula-extensions/power-agent /etc/systemd/system/opennebula-power-agent.service
pidof scaphandre
dpkg --status scaphandre`;

test('oneext hosts plan, install, status and uninstall, on a machine that was a hypervisor (E1), with a real sshd', async (t) => {
  const lab = await startHypervisorLab(t);
  await lab.put(repositoryPath('test/fixtures/os-release/debian-13'), '/etc/os-release');
  await lab.put(scaphandrePackage, '/run/scaphandre.deb');
  for (const argv of [
    [repositoryPath('test/system/hypervisor-lab/native.sh'), process.execPath],
    ['bash', '-c', startSshd],
  ]) {
    const { code, stderr } = await lab.run(...argv);
    assert.equal(code, 0, stderr);
  }
  const environment = ['HOME=/root', 'ONE_AUTH=/run/one_auth', 'ONE_XMLRPC=http://127.0.0.1:2633/RPC2'];
  const program = ['env', ...environment, process.execPath, repositoryPath('dist/oneext'), 'hosts'];
  const hosts = (...argv: readonly string[]) => lab.run(...program, ...argv);

  const plan = await hosts('install', '--plan', '--live-migrate', 'h2');
  assert.equal(plan.code, 10, plan.stderr);
  assert.match(plan.stdout, /^h2 \(planned\)\n(?: {2}.*\n)+$/);
  const left = await lab.run('bash', '-c', killAtWork, '-', ...program, 'install', '--runtime', 'native');
  assert.equal(left.stdout.replaceAll(/^\d+\n/gm, ''), '', 'killed: all of it is undone');
  const installed = await hosts('install', '--runtime', 'native', '--live-migrate', '1');
  assert.equal(installed.code, 0, installed.stderr + installed.stdout);
  assert.match(installed.stdout, /^h2 +installed +native 1\.\S+ +\d+\.\d +\d+ +-$/m);
  assert.equal((await lab.run('visudo', '-c')).code, 0);
  const asFront = await hosts('install', '--live-migrate', '--hosts.ssh-user', 'front', 'h2');
  assert.match(asFront.stdout, /^h2 +unchanged +native/m, asFront.stderr);
  const status = await hosts('status', 'h2');
  assert.equal(status.code, 0, status.stderr + status.stdout);
  assert.match(
    status.stdout,
    /^h2 +native +1\.\S+ +\d+\.\d +http:\/\/192\.0\.2\.7:8080\/metrics +open +everyone/m,
  );
  const again = await hosts('install', '--resume', '--live-migrate');
  assert.match(again.stdout, /^h2 +unchanged/m, 'it is told as it was');
  const uninstalled = await hosts('uninstall', 'h2');
  assert.match(uninstalled.stdout, /^h2 +removed/m);
  assert.equal((await lab.run('pidof', 'scaphandre')).stdout, '');
  assert.equal((await lab.run('ls', '/etc/sudoers.d')).stdout.includes('opennebula-extensions'), false);
});
