/** `oneext prometheus patch` as an operator runs it. What promtool itself says is in test/system. */
import assert from 'node:assert/strict';
import {
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { formatTestZone } from '../../support/cloud-documents.ts';
import { needsRoot, nobody } from '../../support/exchanged-folders.ts';
import { patched, startPrometheusLab, stockConfig } from '../../support/prometheus-lab.ts';

test('patch: says what would change, changes it once, keeps the old file', async (t) => {
  const { config, folder, targets, run } = await startPrometheusLab(t);
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
  const { config, run } = await startPrometheusLab(
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
  const { config, run } = await startPrometheusLab(t, formatTestZone('http://127.0.0.1:2633/RPC2'));
  assert.equal((await run('patch')).code, 0);
  assert.match(
    readFileSync(config, 'utf8'),
    /job_name: mysql_exporter\n {2}static_configs:\n {2}- targets: \['127\.0\.0\.1:9104'\]\n/,
  );
});

test('patch: a link stays a link, and five old files are kept', async (t) => {
  const { config, folder, run } = await startPrometheusLab(t);
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

test('patch names our rules where they are installed', async (t) => {
  const { config, folder, run } = await startPrometheusLab(t);
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

test('D11-patch-as-oneadmin: who owns the folder and the file can do it', needsRoot, async (t) => {
  const { config, folder, targets, runAs } = await startPrometheusLab(t);
  for (const one of [folder, config, path.join(folder, 'one_auth')]) chownSync(one, nobody, nobody);
  assert.equal((await runAs(nobody, 'patch')).code, 0);
  assert.equal(readFileSync(config, 'utf8'), patched(targets));
  assert.equal(statSync(config).uid, nobody);
});
