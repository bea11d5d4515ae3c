/** `oneext prometheus` as an operator runs it. What promtool itself says is in test/system. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { hostname } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { formatTestHosts, formatTestZone } from '../../support/cloud-documents.ts';
import { needsRoot, nobody } from '../../support/exchanged-folders.ts';
import { type LivingFrontEnd, type LivingVm, startLivingFrontEnd } from '../../support/living-front-end.ts';
import { type ProgramRun, runProgram } from '../../support/program.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const stockConfig = `global: {scrape_interval: 15s} # stays
scrape_configs:
- job_name: prometheus
  static_configs:
  - targets: ['localhost:9090']
`;

interface Lab {
  readonly folder: string;
  readonly config: string;
  readonly targets: string;
  readonly frontEnd: LivingFrontEnd;
  run(...argv: readonly string[]): Promise<ProgramRun>;
  /** For root: as another user. */
  runAs(uid: number, ...argv: readonly string[]): Promise<ProgramRun>;
  writeProgram(name: string, script: string): void;
}

const startLab = async (t: TestContext, zone = formatTestZone()): Promise<Lab> => {
  const folder = temporaryFolder(t);
  const hosts = formatTestHosts([
    { id: 1, hostname: 'kvm1.invalid' },
    {
      id: 0,
      hostname: 'kvm0.invalid',
      name: '10.0.0.10',
      template: '<POWER_AGENT_URL>https://[fd00::1]:8443/power</POWER_AGENT_URL>',
    },
    { id: 2, name: 'not-monitored-yet' },
    { id: 3, hostname: 'lxc.invalid', hypervisor: 'lxc' },
    { id: 4, hostname: "odd', evil: [", name: 'a b' },
  ]);
  const frontEnd = await startLivingFrontEnd(t, (method) => {
    if (method === 'one.hostpool.info') return { document: hosts };
    return method === 'one.zonepool.info' ? { document: zone } : undefined;
  });
  const config = path.join(folder, 'prometheus.yml');
  const targets = path.join(folder, 'targets');
  writeFileSync(config, stockConfig, { mode: 0o640 });
  writeFileSync(path.join(folder, 'one_auth'), 'oneadmin:labpass\n');
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  const writeProgram = (name: string, script: string): void => {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(bin, name), 0o755);
  };
  writeProgram('promtool', `echo "$@" >>${folder}/promtool.log; cat "$3" >${folder}/checked.yml`);
  writeProgram('systemctl', 'echo 0');
  const runAs = (uid: number | undefined, ...argv: readonly string[]): Promise<ProgramRun> =>
    runProgram('dist/oneext', {
      argv: ['prometheus', ...argv],
      ...(uid === undefined ? {} : { uid }),
      env: {
        PATH: `${bin}:/usr/bin:/bin`,
        ONE_AUTH: path.join(folder, 'one_auth'),
        ONE_XMLRPC: frontEnd.endpoint,
        ONEEXT_CONFIG_FILE: '/dev/null',
        ONEEXT_PROMETHEUS_CONFIG: config,
        ONEEXT_PROMETHEUS_TARGETS_FOLDER: targets,
      },
    });
  const run = (...argv: readonly string[]): Promise<ProgramRun> => runAs(undefined, ...argv);
  return { folder, config, targets, frontEnd, run, runAs, writeProgram };
};

const patched = (targets: string): string => `${stockConfig}- job_name: opennebula_exporter
  static_configs:
  - targets: ['${hostname()}:9925']
- job_name: node_exporter
  static_configs:
  - targets: ['kvm0.invalid:9100']
    labels: {one_host_id: '0'}
  - targets: ['kvm1.invalid:9100']
    labels: {one_host_id: '1'}
  - targets: ['lxc.invalid:9100']
    labels: {one_host_id: '3'}
  - targets: ['${hostname()}:9100']
- job_name: libvirt_exporter
  static_configs:
  - targets: ['kvm0.invalid:9926']
    labels: {one_host_id: '0'}
  - targets: ['kvm1.invalid:9926']
    labels: {one_host_id: '1'}
  - targets: ['lxc.invalid:9926']
    labels: {one_host_id: '3'}
- job_name: sr_exporter
  file_sd_configs:
  - files: ['${targets}/vm-*.json']
    refresh_interval: '1m'
- job_name: scaphandre
  static_configs:
  - targets: ['[fd00::1]:8443']
    labels: {host_id: '0', one_host_id: '0', '__scheme__': https, '__metrics_path__': /power}
  - targets: ['kvm1.invalid:8080']
    labels: {host_id: '1', one_host_id: '1'}
  - targets: ['not-monitored-yet:8080']
    labels: {host_id: '2', one_host_id: '2'}
alerting:
  alertmanagers:
  - static_configs:
    - targets: ['${hostname()}:9093']
`;

test('patch: says what would change, changes it once, keeps the old file', async (t) => {
  const { config, folder, targets, run } = await startLab(t);
  const check = await run('patch', '--check');
  assert.equal(check.code, 10, check.stderr);
  assert.match(
    check.stdout,
    /would change:\nalertmanagers \(new\)\n {2}\+ \S+:9093\njob opennebula_exporter \(new\)\n/,
  );
  assert.match(check.stdout, /job scaphandre \(new\)\n {2}\+ \[fd00::1\]:8443 host_id=0 one_host_id=0/);
  assert.equal(readFileSync(config, 'utf8'), stockConfig);

  const first = await run('patch');
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /opennebula-prometheus\.service does not run/);
  assert.equal(readFileSync(config, 'utf8'), patched(targets));
  assert.equal(statSync(config).mode & 0o777, 0o640);
  assert.ok(statSync(targets).isDirectory(), 'what Prometheus is to watch is there');
  assert.equal(readFileSync(path.join(folder, 'checked.yml'), 'utf8'), patched(targets));
  assert.match(
    readFileSync(path.join(folder, 'promtool.log'), 'utf8'),
    /^check config .*\/\.prometheus\.yml\..*\.tmp\n$/,
  );
  const [backup = '', ...others] = readdirSync(folder).filter((name) => name.endsWith('.bak'));
  assert.deepEqual(others, []);
  assert.equal(readFileSync(path.join(folder, backup), 'utf8'), stockConfig);
  assert.equal(statSync(path.join(folder, backup)).mode & 0o777, 0o640);

  const second = await run('patch');
  assert.match(second.stdout, /nothing to change/);
  assert.equal(readdirSync(folder).filter((name) => name.endsWith('.bak')).length, 1);
  assert.equal(readdirSync(folder).filter((name) => name.endsWith('.tmp')).length, 0);
});

test('patch: a zone of three front-ends, of which one is this machine', async (t) => {
  const { config, run } = await startLab(
    t,
    formatTestZone(
      'http://fe1.invalid:2633/RPC2',
      'http://127.0.0.1:2633/RPC2',
      'http://[2001:db8::3]:2633/RPC2',
      'no url',
    ),
  );
  assert.equal((await run('patch')).code, 0);
  const text = readFileSync(config, 'utf8');
  assert.match(
    text,
    /alertmanagers:\n {2}- static_configs:\n {4}- targets: \['fe1\.invalid:9093', '\[2001:db8::3\]:9093', '127\.0\.0\.1:9093'\]/,
  );
  assert.match(text, /opennebula_exporter\n {2}static_configs:\n {2}- targets: \['127\.0\.0\.1:9925'\]/);
  assert.match(
    text,
    /node_exporter\n {2}static_configs:\n {2}- targets: \['fe1\.invalid:9100', '\[2001:db8::3\]:9100'\]/,
  );
  const unknown = await run('patch', '--prometheus.zone', 'elsewhere');
  assert.equal(unknown.code, 78);
  assert.match(unknown.stderr, /"elsewhere" but must be one of OpenNebula/);
});

test('patch: an optional exporter that answers', async (t) => {
  const server = net.createServer((socket) => socket.destroy());
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(9104, '127.0.0.1', () => resolve(true));
  });
  t.after(() => server.close());
  assert.ok(isFree, 'port 9104 of this machine is needed');
  const { config, run } = await startLab(t, formatTestZone('http://127.0.0.1:2633/RPC2'));
  assert.equal((await run('patch')).code, 0);
  assert.match(
    readFileSync(config, 'utf8'),
    /job_name: mysql_exporter\n {2}static_configs:\n {2}- targets: \['127\.0\.0\.1:9104'\]\n/,
  );
});

test('patch: what hinders leaves the file alone', async (t) => {
  const { config, folder, run, writeProgram } = await startLab(t);
  const unchanged = (expected: string): void => {
    assert.equal(readFileSync(config, 'utf8'), expected);
    assert.deepEqual(
      readdirSync(folder).filter((name) => /\.(?:tmp|bak)$/.test(name)),
      [],
    );
  };
  writeProgram('promtool', 'echo "FAILED: parsing $3: line 3" >&2; exit 1');
  const rejected = await run('patch');
  assert.equal(rejected.code, 1);
  assert.match(
    rejected.stderr,
    /promtool refuses .*FAILED: parsing .*prometheus\.yml: line 3\nPROMETHEUS_CONFIG_REJECTED/,
  );
  assert.match((await run('patch', '--prometheus.promtool=/none')).stderr, /PROMETHEUS_CONFIG_REJECTED/);
  unchanged(stockConfig);

  writeProgram('promtool', `echo "# edited by hand" >>${config}`);
  const changed = await run('patch');
  assert.equal(changed.code, 75, changed.stderr);
  unchanged(`${stockConfig}# edited by hand\n`);

  writeFileSync(config, 'scrape_configs:\n- job_name: node_exporter\n- job_name: node_exporter\n');
  const refused = await run('patch');
  assert.equal(refused.code, 78);
  assert.match(
    refused.stderr,
    /was left alone: the job node_exporter stands in it 2 times\nPROMETHEUS_CONFIG_UNEDITABLE/,
  );

  writeFileSync(config, Buffer.from([0x61, 0xff, 0x0a]));
  assert.match((await run('patch')).stderr, /PROMETHEUS_CONFIG_UNREADABLE/);
  writeFileSync(config, Buffer.alloc(17 * 1024 * 1024, '#'));
  assert.match((await run('patch')).stderr, /17825792 bytes, more than 16777216/);
  assert.match((await run('patch', '--prometheus.config=/none')).stderr, /ENOENT/);
  assert.equal((await run('patch', '--nonsense')).code, 2);
  assert.equal((await run('patch', 'operand')).code, 2);
  assert.equal((await run('patch', '--one.timeout=soon')).code, 78);
});

for (const [title, { folderMode, fileOwner }] of Object.entries({
  'the folder and the file are of root': { folderMode: 0o755, fileOwner: 0 },
  'the file alone is of oneadmin': { folderMode: 0o755, fileOwner: nobody },
  'the folder is open to all, the file is of root': { folderMode: 0o777, fileOwner: 0 },
})) {
  test(
    `D11-patch-as-oneadmin: ${title}: --check works, and patch says who can do it`,
    needsRoot,
    async (t) => {
      const { config, folder, targets, runAs } = await startLab(t);
      mkdirSync(targets);
      chownSync(targets, nobody, nobody);
      chmodSync(folder, folderMode);
      chmodSync(config, 0o644);
      chownSync(config, fileOwner, 0);
      chownSync(path.join(folder, 'one_auth'), nobody, nobody);
      const before = readdirSync(folder);
      assert.equal((await runAs(nobody, 'patch', '--check')).code, 10);
      const refused = await runAs(nobody, 'patch');
      assert.equal(refused.code, 1, refused.stderr);
      assert.match(
        refused.stderr,
        /cannot write the configuration of Prometheus \S+: EACCES: permission denied, \w+ '[^/]+'\nPROMETHEUS_CONFIG_WRITE: run the command as root/,
      );
      assert.equal(readFileSync(config, 'utf8'), stockConfig);
      assert.deepEqual(readdirSync(folder), before);
    },
  );
}

test('D11-patch-as-oneadmin: who owns the folder and the file can do it', needsRoot, async (t) => {
  const { config, folder, targets, runAs } = await startLab(t);
  for (const one of [folder, config, path.join(folder, 'one_auth')]) chownSync(one, nobody, nobody);
  assert.equal((await runAs(nobody, 'patch')).code, 0);
  assert.equal(readFileSync(config, 'utf8'), patched(targets));
  assert.equal(statSync(config).uid, nobody);
});

test('patch: a link stays a link, and five old files are kept', async (t) => {
  const { config, folder, run } = await startLab(t);
  mkdirSync(path.join(folder, 'real'));
  const real = path.join(folder, 'real', 'p.yml');
  const link = path.join(folder, 'link.yml');
  writeFileSync(real, stockConfig);
  symlinkSync('real/p.yml', link);
  for (let at = 1; at <= 7; at += 1) {
    writeFileSync(real, stockConfig.replace('15s', `${at}s`));
    assert.equal((await run('patch', '--no-reload', `--prometheus.config=${link}`)).code, 0);
  }
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.match(readFileSync(real, 'utf8'), /sr_exporter/);
  const backups = readdirSync(path.join(folder, 'real'))
    .filter((name) => name.endsWith('.bak'))
    .sort();
  assert.deepEqual(
    backups.map((name) => /interval: (\d)s/.exec(readFileSync(path.join(folder, 'real', name), 'utf8'))?.[1]),
    ['3', '4', '5', '6', '7'],
  );
  assert.equal(readFileSync(config, 'utf8'), stockConfig);
});

test('patch: Prometheus gets SIGHUP', async (t) => {
  const { folder, run, writeProgram } = await startLab(t);
  const log = path.join(folder, 'hup');
  writeProgram('prometheus', `trap 'echo hup >>${log}; exit 0' HUP\necho ready\nwhile :; do sleep 0.1; done`);
  const { spawn } = await import('node:child_process');
  const child = spawn(path.join(folder, 'bin/prometheus'), { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  writeProgram('systemctl', `echo "$@" >>${folder}/systemctl.log; echo ${child.pid}`);
  const done = await run('patch', '--prometheus.unit=my.service');
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /my\.service was told to read it/);
  await ended;
  assert.equal(readFileSync(log, 'utf8'), 'hup\n');
  assert.equal(
    readFileSync(path.join(folder, 'systemctl.log'), 'utf8'),
    'show --property=MainPID --value -- my.service\n',
  );

  writeFileSync(path.join(folder, 'prometheus.yml'), stockConfig);
  writeProgram('systemctl', 'echo no such unit >&2; exit 4');
  const failed = await run('patch');
  assert.equal(failed.code, 1);
  assert.match(failed.stdout, /changed:/);
  assert.match(failed.stderr, /no such unit\nPROMETHEUS_RELOAD/);
});

test('patch names our rules where they are installed', async (t) => {
  const { config, folder, run } = await startLab(t);
  assert.equal((await run('patch', '--prometheus.rules-file=rules/ours.yml')).code, 0);
  assert.doesNotMatch(readFileSync(config, 'utf8'), /rule_files/);

  writeFileSync(path.join(folder, 'opennebula-extensions.yml'), 'groups: []\n');
  const named = await run('patch');
  assert.match(named.stdout, /changed:\nrule_files \(new\)\n {2}\+ opennebula-extensions\.yml\nThe old file/);
  assert.match(readFileSync(config, 'utf8'), /^rule_files: \[opennebula-extensions\.yml\]$/m);
  assert.match((await run('patch')).stdout, /nothing to change/);

  mkdirSync(path.join(folder, 'rules'));
  writeFileSync(path.join(folder, 'rules', 'ours.yml'), 'groups: []\n');
  const elsewhere = await run('patch', `--prometheus.rules-file=${folder}/rules/ours.yml`);
  assert.ok(elsewhere.stdout.includes(`rule_files\n  + ${folder}/rules/ours.yml\n`), elsewhere.stdout);
  const odd = await run('patch', '--prometheus.rules-file=*.yml');
  assert.equal(odd.code, 78);
  assert.match(odd.stderr, /prometheus\.rules-file/);
});

test('unpatch: takes ours away without asking OpenNebula, and once', async (t) => {
  const { config, folder, frontEnd, run, targets } = await startLab(t);
  const stock = `rule_files: ['rules.yml'] # stock\n${stockConfig}`;
  writeFileSync(config, stock);
  writeFileSync(path.join(folder, 'opennebula-extensions.yml'), 'groups: []\n');
  assert.equal((await run('patch')).code, 0);
  const patchedText = readFileSync(config, 'utf8');
  frontEnd.calls.length = 0;

  const check = await run('unpatch', '--check');
  assert.equal(check.code, 10, check.stderr);
  assert.ok(
    check.stdout.includes(
      `would change:\njob sr_exporter (removed)\n  - ${targets}/vm-*.json\njob scaphandre`,
    ),
    check.stdout,
  );
  assert.match(check.stdout, /rule_files\n {2}- opennebula-extensions\.yml\n$/);
  assert.equal(readFileSync(config, 'utf8'), patchedText);

  const done = await run('unpatch');
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /The old file is .*\.bak\nopennebula-prometheus\.service does not run\n$/);
  const left = readFileSync(config, 'utf8');
  assert.ok(left.startsWith(stock));
  assert.doesNotMatch(left, /sr_exporter|scaphandre|opennebula-extensions/);
  assert.match(left, /job_name: node_exporter/);
  assert.equal(readFileSync(path.join(folder, 'checked.yml'), 'utf8'), left, 'promtool has seen it');
  assert.match((await run('unpatch')).stdout, /nothing to change/);
  assert.deepEqual(frontEnd.calls, []);

  writeFileSync(config, 'scrape_configs: [\n');
  const refused = await run('unpatch');
  assert.equal(refused.code, 78);
  assert.match(refused.stderr, /PROMETHEUS_CONFIG_UNEDITABLE/);
});

test('sync: all files in line with the pool, whatever was there', async (t) => {
  const { targets, frontEnd, run } = await startLab(t);
  const vm = (id: number, change: Partial<LivingVm> = {}): LivingVm => ({
    id,
    state: 3,
    lcmState: 3,
    address: `10.0.${id >> 8}.${id & 255}`,
    ports: '9100',
    ...change,
  });
  for (let id = 1; id <= 300; id += 1)
    frontEnd.vms.set(id, vm(id, id % 3 === 0 ? { state: 8, lcmState: 0 } : {}));
  frontEnd.vms.set(400, { id: 400, state: 3, lcmState: 3 });
  frontEnd.vms.set(401, vm(401, { ports: '0' }));
  mkdirSync(targets, { recursive: true });
  const put = (name: string, text = '[]'): void => writeFileSync(path.join(targets, name), text);
  for (const name of [
    'vm-3.json',
    'vm-999.json',
    'mine.json',
    'vm-x.json',
    'vm-01.json',
    '.vm-5.json.1-a.tmp',
    '.vm-6.json.1-a.tmp',
  ])
    put(name);
  utimesSync(path.join(targets, '.vm-5.json.1-a.tmp'), 1, 1);

  const first = await run('sync');
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /: 200 files written, 2 removed; 200 VMs have targets\n$/);
  assert.match(first.stderr, /^VM 401: "0" in PROMETHEUS_EXPORTER/);
  const names = readdirSync(targets);
  assert.deepEqual(
    names.filter((name) => !/^vm-[1-9]\d*\.json$/.test(name)).sort(),
    ['.vm-6.json.1-a.tmp', 'mine.json', 'vm-01.json', 'vm-none.json', 'vm-x.json'],
    'what is not ours stays, and what somebody may just be writing',
  );
  assert.equal(names.filter((name) => /^vm-[1-9]\d*\.json$/.test(name)).length, 200);

  frontEnd.calls.length = 0;
  assert.match((await run('sync')).stdout, /: 0 files written, 0 removed; 200 VMs/);
  assert.deepEqual(frontEnd.calls, ['one.vmpool.infoextended -2'], 'one call where all is in line');
});

test('D2-target-files-are-compared: sync --check tells by its exit code and changes nothing', async (t) => {
  const { targets, frontEnd, run } = await startLab(t);
  frontEnd.vms.set(1, { id: 1, state: 3, lcmState: 3, address: '10.0.0.1', ports: '9100' });
  const check = await run('sync', '--check');
  assert.equal(check.code, 10, check.stderr);
  assert.match(check.stdout, /: 1 files would be written, 0 would be removed; 1 VMs/);
  assert.ok(!existsSync(targets), 'nothing is made');
  assert.equal((await run('sync')).code, 0);
  assert.equal((await run('sync', '--check')).code, 0);
  writeFileSync(path.join(targets, 'vm-1.json'), '[]\n');
  writeFileSync(path.join(targets, 'vm-2.json'), '[]\n');
  assert.match((await run('sync', '--check')).stdout, /: 1 files would be written, 1 would be removed/);
  assert.equal(readFileSync(path.join(targets, 'vm-2.json'), 'utf8'), '[]\n');
});

test('sync: a VM that another one pretends gets no file', async (t) => {
  const { targets, frontEnd, run } = await startLab(t);
  const forged =
    ']]></NOTE></USER_TEMPLATE></VM><VM><ID>66</ID><STATE>3</STATE><LCM_STATE>3</LCM_STATE><TEMPLATE><CONTEXT><ETH0_IP>10.6.6.6</ETH0_IP></CONTEXT></TEMPLATE><USER_TEMPLATE><PROMETHEUS_EXPORTER>1';
  frontEnd.vms.set(1, {
    id: 1,
    state: 3,
    lcmState: 3,
    address: '10.0.0.1',
    ports: '9100',
    rawAttribute: forged,
  });
  const done = await run('sync');
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(readdirSync(targets), ['vm-1.json']);
});
