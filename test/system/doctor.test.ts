/** `oneext doctor` with a real Prometheus, and with hypervisors behind the real OpenSSH client. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { type DoctorFinding, startDoctorLab } from '../support/doctor-lab.ts';
import { repositoryPath } from '../support/expected.ts';
import { askUntil, queryUntilThere, startPrometheus } from '../support/prometheus.ts';
import { type AnswerCommand, startSshHost, writeSshClient } from '../support/ssh-host.ts';

const linesOf = (findings: readonly DoctorFinding[], check: string): readonly string[] =>
  findings
    .filter((finding) => finding.check === check)
    .map(({ level, subject, message }) => `${level} ${subject ?? '-'} ${message}`);

test('what a real Prometheus says of itself', async (t) => {
  const lab = await startDoctorLab(t);
  const config = lab.file('etc/prometheus/prometheus.yml');
  const exporter = new URL(lab.environment['ONEEXT_EXPORTER_URL'] ?? '').host;
  const text = readFileSync(config, 'utf8').replace(/'[^']*:9925'/, `'${exporter}'`);
  const rules = lab.file('etc/prometheus/rules.yml');
  copyFileSync(repositoryPath('prometheus-patches/rules/opennebula-extensions.yml'), rules);
  const broken = 'groups: [{name: b, interval: 1s, rules: [{record: broken, expr: "up * on () up"}]}]\n';
  writeFileSync(lab.file('etc/prometheus/broken.yml'), broken);
  writeFileSync(
    config,
    `global: {scrape_interval: 5s, scrape_timeout: 5s, evaluation_interval: 1s}\nrule_files: [${rules}, broken.yml]\n${text}`,
  );
  writeFileSync(lab.file('var/prometheus/targets/vm-7.json'), '[{"targets": ["127.0.0.1:1"]}]');
  const { base } = await startPrometheus(t, config, lab.folder);
  await queryUntilThere(base, 'up{job="opennebula_exporter"} == 1 and on () up{job="sr_exporter"} == 0');
  await askUntil(
    base,
    'rules',
    ({ groups }: { groups: readonly { rules: readonly { health: string }[] }[] }) =>
      groups.some(({ rules }) => rules.some(({ health }) => health === 'err')) ? true : undefined,
  );
  lab.environment['ONEEXT_DOCTOR_PROMETHEUS_URL'] = base;
  const { findings } = await lab.run('--json', '--only', 'prometheus,clock');
  const lines = linesOf(findings, 'prometheus').join('\n');
  assert.match(lines, /^ok http:\S+ answers$/m);
  assert.match(lines, new RegExp(`^ok http://${exporter}/metrics scraped by Prometheus$`, 'm'));
  assert.doesNotMatch(lines, /^ok .* sr_exporter are up$/m);
  assert.match(lines, /^warning http:\S+:1\/metrics target of sr_exporter is down: .*refused/m);
  assert.match(lines, /^ok - has the jobs sr_exporter and scaphandre$/m);
  assert.match(lines, /^warning broken the evaluation of the rule fails: .*many-to-many/m);
  assert.match(lines, /^warning \S+prometheus\.yml not in line with the cloud: /m);
  assert.match(lines, /^warning \S+targets the target files of 1 VMs are not what the cloud says: VM 7$/m);
  assert.match(linesOf(findings, 'clock').join('\n'), /^ok - 3 clocks of others seen/m);
});

/** A host on which all is as it should be. */
const healthy: AnswerCommand = (command) => {
  if (command.includes('-details address')) return { exit: 0, stdout: '[]' };
  if (command.includes('route show')) return { exit: 0, stdout: '[]' };
  if (command.startsWith('date')) return { exit: 0, stdout: `${Date.now()}\n` };
  if (command.includes('list Bridge')) return { exit: 1 };
  return { exit: 0 };
};

test('hypervisors: reached or not, rights, VXLAN, the stock script, clocks, what migrations have left', async (t) => {
  const lab = await startDoctorLab(t);
  const stray = {
    ifname: 'lo',
    addr_info: [{ family: 'inet', local: '198.18.0.1', prefixlen: 32, label: 'lo:omig7' }],
  };
  const good = await startSshHost(t, healthy);
  const bad = await startSshHost(t, (command, input) => {
    if (/ -l |modprobe|vmm\/kvm\/migrate|ovs-vsctl|vswitchd/.test(command))
      return { exit: 1, stderr: 'no\n' };
    if (command.startsWith('date')) return { exit: 0, stdout: `${Date.now() - 3_600_000}\n` };
    return healthy(command, input);
  });
  const left = await startSshHost(t, (command, input) =>
    command.includes('-details address')
      ? { exit: 0, stdout: JSON.stringify([stray]) }
      : healthy(command, input),
  );
  mkdirSync(lab.file('ssh'));
  writeSshClient(lab.file('ssh'), { kvm000: good.port, kvm001: bad.port, kvm002: left.port, closed: 1 });
  lab.environment['PATH'] = `${lab.file('ssh')}:${lab.environment['PATH']}`;
  const { findings, code } = await lab.run(
    '--json',
    '--only',
    'hosts',
    '--hosts',
    'kvm000,kvm001,kvm002,closed',
  );
  const lines = linesOf(findings, 'hosts').join('\n');
  assert.match(lines, /^ok kvm000 is ready for tunnels made by Open vSwitch$/m);
  assert.match(
    lines,
    /^error kvm001 sudo does not permit ip address add 198\.18\.0\.1\/30 dev omig0 noprefixroute/m,
  );
  assert.match(
    lines,
    /^error kvm001 sudo does not permit ip address add 198\.18\.0\.1\/32 dev lo label lo:omig0/m,
  );
  assert.match(lines, /^error kvm001 sudo does not permit ip link delete/m);
  assert.match(lines, /^error kvm001 has neither Open vSwitch nor VXLAN/m);
  assert.match(lines, /^error kvm001 has no stock script migrate$/m);
  assert.match(lines, /^error kvm001 its clock is 36\d\d s behind this machine$/m);
  assert.match(
    lines,
    /^warning kvm002 198\.1[89]\.\S+ on the loopback is left of a migration that has gone$/m,
  );
  assert.match(lines, /^error closed closed cannot be reached with ssh: /m);
  assert.equal(code, 1);
  // Nothing is changed: sudo is asked what it would permit, and lists bridges.
  for (const { commands } of [good, bad, left]) {
    for (const command of commands.filter((one) => one.startsWith('sudo')))
      assert.match(command, /^sudo -n (-l |ovs-vsctl --timeout=10 (show$|--format=json))/);
  }
  const all = await lab.run('--json', '--only', 'hosts', '--hosts', 'all');
  assert.equal(new Set(all.findings.map(({ subject }) => subject)).size, 3);
});

test('where migrations need no tunnels, their prerequisites are not missed', async (t) => {
  const lab = await startDoctorLab(t);
  writeFileSync(lab.file('etc/oned.conf'), 'VM_MAD = [ NAME = "kvm", EXECUTABLE = "one_vmm_exec" ]\n');
  const bad = await startSshHost(t, (command, input) =>
    / -l |modprobe|vmm\/kvm\/migrate|ovs-vsctl/.test(command) ? { exit: 1 } : healthy(command, input),
  );
  mkdirSync(lab.file('ssh'));
  writeSshClient(lab.file('ssh'), { kvm000: bad.port });
  lab.environment['PATH'] = `${lab.file('ssh')}:${lab.environment['PATH']}`;
  const { findings, code } = await lab.run('--json', '--only', 'hosts', '--hosts', 'kvm000');
  assert.deepEqual(linesOf(findings, 'hosts'), [
    'ok kvm000 can be reached, and nothing is left of migrations',
  ]);
  assert.equal(code, 0);
});
