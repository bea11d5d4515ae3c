/** `oneext prometheus patch` where something hinders it, and who may do it; how Prometheus is told. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { needsRoot, nobody } from '../../support/exchanged-folders.ts';
import { startPrometheusLab, stockConfig } from '../../support/prometheus-lab.ts';

test('patch: what hinders leaves the file alone', async (t) => {
  const { config, folder, run, writeProgram } = await startPrometheusLab(t);
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
      const { config, folder, targets, runAs } = await startPrometheusLab(t);
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

test('patch: Prometheus gets SIGHUP', async (t) => {
  const { folder, run, writeProgram } = await startPrometheusLab(t);
  const log = path.join(folder, 'hup');
  writeProgram('prometheus', `trap 'echo hup >>${log}; exit 0' HUP\necho ready\nwhile :; do sleep 0.1; done`);
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
