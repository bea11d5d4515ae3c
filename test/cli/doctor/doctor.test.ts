/** `oneext doctor` as an operator runs it, in a cloud whose links break one by one. */
import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { type DoctorFinding, type DoctorLab, startDoctorLab } from '../../support/doctor-lab.ts';
import { repositoryPath } from '../../support/expected.ts';
import { runProgram } from '../../support/program.ts';
import { closedPort, startRawServer } from '../../support/raw-server.ts';

const isRoot = process.getuid?.() === 0;

/** What is not ok, but for what depends on who runs the tests. */
const troubles = (findings: readonly DoctorFinding[]): readonly string[] =>
  findings
    .filter(({ level, check, message }) => level !== 'ok' && !(check === 'one' && /^runs as/.test(message)))
    .map(({ level, check, message }) => `${level} ${check}: ${message}`);

const notPushed = "skipped monitoring: no power is pushed into OpenNebula's monitoring (--monitoring.push)";
const notServed = 'skipped guests: no VMs are served their own power (--guest.listen-address)';
const hostsSkipped = 'skipped hosts: hypervisors are looked at with --hosts all, or --hosts NAME,...';
const nowhere =
  'skipped geolocation: 3 of 3 hosts have GEOLOCATION; it was not compared with their addresses';

test('a cloud in order: no error, no warning, exit code 0, a line for each part', async (t) => {
  const lab = await startDoctorLab(t);
  const { code, findings, stderr } = await lab.run('--json');
  assert.deepEqual(troubles(findings), [notPushed, notServed, hostsSkipped, nowhere]);
  assert.deepEqual([code, stderr], [0, '']);
  const parts = [...new Set(findings.map(({ check }) => check))];
  assert.deepEqual(parts, [
    ...['config', 'one', 'versions', 'hooks', 'auth', 'exporter', 'agents', 'monitoring', 'guests'],
    ...['prometheus', 'clock', 'live-migrate', 'hosts', 'geolocation', 'leftovers'],
  ]);
  const people = await lab.run();
  assert.match(people.stdout, /^ok {7}exporter {6}http:\S+: answers, data \d s old$/m);
  assert.match(people.stdout, /\n\n0 errors, \d warnings?, \d+ ok, 4 skipped\n$/);
  assert.doesNotMatch(people.stdout, /\u001b/);
});

interface Breakage {
  readonly what: string;
  readonly breaks: (lab: DoctorLab, t: TestContext) => void | Promise<void>;
  /** Each with a line of its own, whatever else there is. */
  readonly tells: readonly RegExp[];
  readonly code: 0 | 1;
}

const breakages: readonly Breakage[] = [
  {
    what: 'oned is down',
    breaks: async (lab) => {
      lab.environment['ONE_XMLRPC'] = `http://127.0.0.1:${await closedPort()}/RPC2`;
    },
    tells: [
      /^error one: one.system.version: cannot reach/,
      /^skipped hooks: nothing to look at: see one$/,
      /^error prometheus: .*cannot reach/,
    ],
    code: 1,
  },
  {
    what: 'no credentials',
    breaks: (lab) => rmSync(lab.file('var/.one/one_auth')),
    tells: [
      /^error one: the credentials for OpenNebula cannot be read/,
      /^skipped hooks: nothing to look at: see one$/,
    ],
    code: 1,
  },
  {
    what: 'a password that everybody reads, a user without rights, a version of tomorrow',
    breaks: (lab) => {
      chmodSync(lab.file('var/.one/one_auth'), 0o644);
      lab.answer = (method) => {
        if (method === 'one.system.version') return { document: '8.0.1' };
        if (method !== 'one.user.info') return undefined;
        return { document: '<USER><ID>7</ID><GID>1</GID><GROUPS><ID>1</ID></GROUPS><NAME>eve</NAME></USER>' };
      };
    },
    tells: [
      /^error one: everybody on this machine may read the password$/,
      /^warning one: OpenNebula 8\.0\.1: the suite is made for 6\.10 to 7\.4$/,
      /^error one: not in group oneadmin/,
    ],
    code: 1,
  },
  {
    what: 'copies in the remotes that differ, and one that is missing',
    breaks: (lab) => {
      appendFileSync(lab.file('var/remotes/vmm/kvm/migrate_tunnel'), '\n');
      rmSync(lab.file('var/remotes/auth/biscuit/yaml.js'));
    },
    tells: [/^warning versions: is not that of version 0\.1\.0$/, /^error versions: missing$/],
    code: 1,
  },
  {
    what: 'hooks: missing, twice, changed, failed, of the first generation; no hook manager',
    breaks: (lab) => {
      const hooks = [...lab.hooks.entries()];
      const idOf = (name: string) => hooks.find(([, hook]) => hook.name === name)?.[0] ?? -1;
      const running = lab.hooks.get(idOf('running_vm_scrape_target'));
      const done = lab.hooks.get(idOf('done_vm_scrape_target'));
      assert.ok(running !== undefined && done !== undefined);
      lab.hooks.delete(idOf('stopped_vm_scrape_target'));
      lab.hooks.set(90, { name: 'again', attributes: running.attributes });
      lab.hooks.set(idOf('done_vm_scrape_target'), {
        ...done,
        attributes: new Map(done.attributes).set('TIMEOUT', '5'),
      });
      const stderr = Buffer.from('ERROR: vm_scrape_target: no\nthe hint').toString('base64');
      lab.hooks.set(idOf('running_vm_scrape_target'), {
        ...running,
        log: `<HOOK_EXECUTION_RECORD><EXECUTION_ID>4</EXECUTION_ID><TIMESTAMP>1795226772</TIMESTAMP><EXECUTION_RESULT><STDERR>${stderr}</STDERR><CODE>75</CODE></EXECUTION_RESULT></HOOK_EXECUTION_RECORD>`,
      });
      lab.hooks.set(91, {
        name: 'prometheus_vm_discovery',
        attributes: new Map([['COMMAND', '/usr/share/one/prometheus/patch_datasources.rb']]),
      });
      lab.writeProgram('systemctl', 'echo LoadState=loaded; echo ActiveState=failed');
    },
    tells: [
      /^error hooks: not registered$/,
      /^warning hooks: does the same as running_vm_scrape_target: each event is handled twice$/,
      /^warning hooks: differs from its template: TIMEOUT is "5" instead of "60"$/,
      /^warning hooks: the last run, at 2026-11-21T02:06:12\.000Z, ended with 75: ERROR: vm_scrape_target: no \(1 of the last 1 failed\)$/,
      /^warning hooks: hook 91 is of the first generation/,
      /^error hooks: the hook manager does not run: opennebula-hem\.service is failed/,
      /^error exporter: has no drop-in/,
    ],
    code: 1,
  },
  {
    what: 'a driver that oned does not know, and that grants everything',
    breaks: (lab) => {
      writeFileSync(lab.file('etc/oned.conf'), 'AUTH_MAD = [ EXECUTABLE = "one_auth_mad", AUTHN = "ssh" ]\n');
      writeFileSync(lab.file('var/remotes/auth/biscuit/authenticate'), '#!/bin/sh\necho biscuit a b\n');
    },
    tells: [
      /^error auth: AUTHN of AUTH_MAD does not name biscuit/,
      /^error auth: grants a token that is signed with another key$/,
      /^skipped live-migrate: no driver has migrate=migrate_tunnel/,
    ],
    code: 1,
  },
  {
    what: 'AUTH_MAD_CONF that lets token holders do too much; a driver that is broken, and biscuit.yaml too',
    breaks: (lab) => {
      writeFileSync(
        lab.file('etc/oned.conf'),
        'AUTH_MAD = [ EXECUTABLE = "one_auth_mad", AUTHN = "biscuit" ]\nAUTH_MAD_CONF = [ NAME = "biscuit", PASSWORD_CHANGE = "YES" ]\n',
      );
      mkdirSync(lab.file('etc/auth'));
      writeFileSync(lab.file('etc/auth/biscuit.yaml'), 'max_life: 3\n');
    },
    tells: [
      /^warning auth: AUTH_MAD_CONF of biscuit: PASSWORD_CHANGE is YES, not NO/,
      /^warning auth: AUTH_MAD_CONF of biscuit: MAX_TOKEN_TIME is not set, not 0/,
      /^error auth: .*max_life is not known/,
    ],
    code: 1,
  },
  {
    what: 'oneext.yaml that cannot be used',
    breaks: (lab) => writeFileSync(lab.file('etc/oneext.yaml'), 'power: {agent_timeout: soon}\n'),
    tells: [
      /^error config: the configuration has 1 problem\(s\): power\.agent_timeout .* is "soon" but must be/,
    ],
    code: 1,
  },
  {
    what: 'oneext.yaml with keys of every program that nothing reads, beside a value that is wrong',
    breaks: (lab) => {
      const text =
        'hosts: {ssh_usr: one}\ntop: {exporter_timeot: x}\npowr: {agent_url: y}\nauth: {foo: 1}\npower: {agent_timeout: soon}\n';
      writeFileSync(lab.file('etc/oneext.yaml'), text);
    },
    tells: [
      /^error config: the configuration has 1 problem\(s\): power\.agent_timeout .* is "soon" but must be/,
      /^warning config: nothing reads the key hosts\.ssh_usr; did you mean hosts\.ssh_user\?$/,
      /^warning config: nothing reads the key top\.exporter_timeot; did you mean top\.exporter_timeout\?$/,
      /^warning config: nothing reads the key powr\.agent_url; did you mean power\.agent_url\?$/,
      /^warning config: nothing reads the key auth\.foo$/,
    ],
    code: 1,
  },
  {
    what: 'oneext.yaml with a key that nothing reads',
    breaks: (lab) => {
      const text = 'power: {agent_timeot: 1s}\ngeolocation: {static: {hosts: {kvm000: "1,2"}}}\n';
      writeFileSync(lab.file('etc/oneext.yaml'), text);
    },
    tells: [
      /^warning config: nothing reads the key power\.agent_timeot; did you mean power\.agent_timeout\?$/,
    ],
    code: 0,
  },
  {
    what: 'no exporter',
    breaks: async (lab) => {
      lab.environment['ONEEXT_EXPORTER_URL'] = `http://127.0.0.1:${await closedPort()}`;
    },
    tells: [
      /^error exporter: does not answer: connect ECONNREFUSED/,
      /^skipped agents: nothing to look at: see exporter$/,
      /^skipped versions: the exporter does not answer: see exporter$/,
    ],
    code: 1,
  },
  {
    what: 'a Prometheus that sees nothing of us',
    breaks: (lab) => {
      lab.prometheus.set('targets?state=active', { activeTargets: [] });
      lab.prometheus.set('status/config', { yaml: 'scrape_configs:\n- job_name: other\n' });
      lab.prometheus.set('rules', { groups: [{ rules: [{ name: 'x', health: 'err', lastError: 'bad' }] }] });
      writeFileSync(lab.file('etc/prometheus/prometheus.yml'), 'scrape_configs: []\n');
      rmSync(lab.file('var/prometheus'), { recursive: true });
    },
    tells: [
      /^error prometheus: it scrapes no target of the job opennebula_exporter$/,
      /^error prometheus: the configuration that it runs with has no such job$/,
      /^warning prometheus: none of our rules is loaded$/,
      /^warning prometheus: the evaluation of the rule fails: bad$/,
      /^warning prometheus: not in line with the cloud: /,
      /^warning prometheus: there is no folder of target files$/,
    ],
    code: 1,
  },
  {
    what: 'nobody answers, and nobody refuses',
    breaks: async (lab, t) => {
      const silent = await startRawServer(() => 'hang');
      t.after(silent.close);
      const url = `http://127.0.0.1:${silent.port}`;
      lab.environment['ONE_XMLRPC'] = `${url}/RPC2`;
      lab.environment['ONEEXT_EXPORTER_URL'] = url;
      lab.environment['ONEEXT_DOCTOR_PROMETHEUS_URL'] = url;
      lab.environment['ONEEXT_DOCTOR_TIME_LIMIT'] = '2s';
      lab.environment['ONEEXT_ONE_TIMEOUT'] = '1s';
      lab.writeProgram('timedatectl', 'exec sleep 100');
    },
    tells: [
      /^error one: one.system.version: .* did not answer within totalTimeout=1000 ms$/,
      /^(error|warning) exporter: (does not answer|cannot tell): no (answer|end) within/,
      /^(error|warning) prometheus: .*no (answer|end) within/,
      /^warning clock: cannot tell: no end within 2000 ms$/,
    ],
    code: 1,
  },
  {
    what: 'a Prometheus that is down',
    breaks: async (lab) => {
      lab.environment['ONEEXT_DOCTOR_PROMETHEUS_URL'] = `http://127.0.0.1:${await closedPort()}`;
    },
    tells: [
      /^error prometheus: does not answer: connect ECONNREFUSED/,
      /^skipped clock: 1 other does not tell the time$/,
    ],
    code: 1,
  },
  {
    what: 'a migrate_tunnel that is missing',
    breaks: (lab) => rmSync(lab.file('var/remotes/vmm/kvm/migrate_tunnel')),
    tells: [/^error live-migrate: missing: each live migration fails$/, /^skipped versions: not installed$/],
    code: 1,
  },
  {
    what: 'warnings alone: no database, leftovers, no NTP',
    breaks: (lab) => {
      rmSync(lab.file('var/geolocation/city.mmdb'));
      lab.writeProgram('timedatectl', 'echo no');
      mkdirSync(lab.file('share'));
      writeFileSync(lab.file('share/geo.rb'), '# sets GEOLOCATION');
      mkdirSync(lab.file('share/prometheus'));
      writeFileSync(lab.file('share/prometheus/patch_datasources.rb'), 'the stock one');
      const temporary = lab.file('var/prometheus/targets/.vm-1.json.12-0123abcd.tmp');
      writeFileSync(temporary, '');
      utimesSync(temporary, 0, 0);
    },
    tells: [
      /^warning geolocation: there is no such database/,
      /^warning clock: nothing keeps this machine's clock/,
      /^warning leftovers: is of the first generation: the hook host_geolocation takes its place$/,
      /^warning leftovers: is temporary/,
    ],
    code: 0,
  },
];

for (const { what, breaks, tells, code } of breakages) {
  test(what, async (t) => {
    const lab = await startDoctorLab(t);
    await breaks(lab, t);
    const run = await lab.run('--json');
    const lines = troubles(run.findings);
    for (const line of tells)
      assert.ok(
        lines.some((one) => line.test(one)),
        `${line} in\n${lines.join('\n')}`,
      );
    assert.equal(run.code, code, lines.join('\n'));
    assert.match(run.stderr, code === 0 ? /^$/ : /^oneext: the doctor found \d+ errors?, .*\nDOCTOR_FOUND: /);
    // Whatever is broken, each part has its lines.
    assert.equal(new Set(run.findings.map(({ check }) => check)).size, 15);
  });
}

test('a file that this user may not read is a warning', { skip: !isRoot }, async (t) => {
  const lab = await startDoctorLab(t);
  for (const name of ['.', 'lib', 'bin', 'tmp', 'var', 'var/.one']) chmodSync(lab.file(name), 0o755);
  chmodSync(lab.file('etc/oned.conf'), 0o600);
  const run = await runProgram(repositoryPath('dist/oneext'), {
    argv: ['doctor', '--json', '--only', 'one,auth,live-migrate'],
    env: { ...lab.environment, HOME: '/nonexistent' },
    uid: 65_534,
  });
  const { findings } = JSON.parse(run.stdout);
  const lines = troubles(findings);
  assert.ok(
    lines.some((line) => /^warning auth: cannot tell as this user: EACCES/.test(line)),
    lines.join('\n'),
  );
  assert.ok(findings.some(({ message }: DoctorFinding) => message.startsWith('runs as ')));
});

test('agents that are not up: one line each, ten shown, with what to do; their VMs are counted', async (t) => {
  const agentUrl = `http://127.0.0.1:${await closedPort()}/{id}/metrics`;
  const lab = await startDoctorLab(t, { hosts: 30, vms: 100, agentUrl, isUnpatched: true });
  const { findings, code } = await lab.run('--json', '--only', 'agents');
  const down = findings.filter(({ level }) => level === 'error');
  assert.deepEqual([down.length, code], [30, 1]);
  assert.equal(down[3]?.subject, 'kvm003');
  assert.match(down[3]?.message ?? '', /^its agent is not up: connection_failed: nothing answers/);
  assert.match(down[3]?.next ?? '', /^oneext hosts install kvm003/);
  assert.ok(
    findings.some(({ message }) =>
      /^the power of \d VMs is known; VMs that nothing measures where they are: 9\d agent_unsound$/.test(
        message,
      ),
    ),
  );
  const { stdout } = await lab.run('--only', 'agents');
  assert.match(
    stdout,
    /^error {4}agents {2}and 20 more \(agents not up: connection_failed\); --json has all$/m,
  );
  assert.equal(stdout.split('\n').filter((line) => line.startsWith('error')).length, 11);
});

test('--only looks at some parts, in the order of the list; what it hangs on is an error', async (t) => {
  const lab = await startDoctorLab(t);
  const both = await lab.run('--only', 'leftovers, one', '--json');
  assert.deepEqual([...new Set(both.findings.map(({ check }) => check))], ['one', 'leftovers']);
  lab.environment['ONE_XMLRPC'] = `http://127.0.0.1:${await closedPort()}/RPC2`;
  const alone = await lab.run('--only', 'hooks', '--json');
  assert.match(
    troubles(alone.findings).join('\n'),
    /^error hooks: cannot look: one.system.version: cannot reach/,
  );
  assert.equal(alone.code, 1);
});

test('wrong usage names what there is', async (t) => {
  const lab = await startDoctorLab(t);
  for (const [argv, told] of [
    [['--only', 'one,moon'], /--only is "one,moon" but must be some of config, one, versions, hooks/],
    [['--only', ''], /--only is "" but must be some of/],
    [['--hosts', '-oProxyCommand=x'], /--hosts is "-oProxyCommand=x" but must be all, or names of hosts/],
    [['--hosts', 'a,-b'], /--hosts is "a,-b" but must be all, or names of hosts/],
    [['--exporter.url', 'localhost'], /must be an http or https URL/],
  ] as const) {
    const run = await lab.run(...argv);
    assert.notEqual(run.code, 0);
    assert.match(run.stderr, told);
    assert.equal(run.stdout, '');
  }
});
