/** A real Prometheus scrapes the exporter: plainly, and over TLS with a client certificate and a password. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { get } from '../support/exporter.ts';
import { queryUntilThere, startPrometheus } from '../support/prometheus.ts';
import { startSimulation } from '../support/simulation.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Starts a Prometheus with one job and returns the base of its API. */
const startWithJob = async (t: TestContext, job: string): Promise<string> => {
  const folder = temporaryFolder(t);
  const config = path.join(folder, 'prometheus.yml');
  writeFileSync(config, `global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n${job}`);
  return (await startPrometheus(t, config, folder)).base;
};

const addressOf = (url: string): string => new URL(url).host;

test('a real Prometheus stores the power of each VM', async (t) => {
  const exporter = await startSimulation(t);
  const base = await startWithJob(
    t,
    `- {job_name: one, static_configs: [{targets: ['${addressOf(exporter.url)}']}]}\n`,
  );
  const power = await queryUntilThere(base, 'opennebula_vm_power_consumption_uW > 0');
  assert.ok(power.length > 5, `${power.length} VMs draw power`);
  for (const { metric } of power) assert.match(metric['one_vm_id'] ?? '', /^\d+$/);
  assert.equal((await queryUntilThere(base, 'count(opennebula_vm_state)'))[0]?.value[1], '20');
  assert.equal((await queryUntilThere(base, 'up'))[0]?.value[1], '1');
  const [samples] = await queryUntilThere(base, 'scrape_samples_scraped');
  const lines = (await get(exporter)).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const difference = Math.abs(Number(samples?.value[1]) - lines.length);
  assert.ok(difference < 20, `${samples?.value[1]} samples scraped, ${lines.length} on the page`);
});

/** A certificate authority, and certificates of a server and a client by it. */
const makeCertificates = (folder: string): void => {
  const run = (...argv: readonly string[]): void =>
    void execFileSync('openssl', argv, { cwd: folder, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  run(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=test authority',
    '-days',
    '2',
  );
  for (const name of ['server', 'client']) {
    run('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    writeFileSync(path.join(folder, 'san.cnf'), 'subjectAltName=IP:127.0.0.1\n');
    run(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'san.cnf',
      '-out',
      `${name}.pem`,
    );
  }
};

/**
 * The status of an answer to curl, which trusts our authority alone; `refused` where there is none. The cloud is in
 * this process: it must not wait in a call that stands still.
 */
const curlStatus = (folder: string, url: string, ...argv: readonly string[]): Promise<string> => {
  const common = ['-s', '--max-time', '30', '--cacert', `${folder}/ca.pem`, '-o', '/dev/null', '-w'];
  return new Promise((resolve) =>
    execFile('curl', [...common, '%{http_code}', ...argv, `${url}/metrics`], (error, stdout) =>
      resolve(error === null ? stdout : 'refused'),
    ),
  );
};

test('TLS, client certificates and a password, as the exporter-toolkit has them', async (t) => {
  const folder = temporaryFolder(t);
  makeCertificates(folder);
  const webConfig = path.join(folder, 'web.yml');
  // The hash is that of the exporter-toolkit's documentation, for the password `test`.
  writeFileSync(
    webConfig,
    `tls_server_config:
  cert_file: server.pem
  key_file: server.key
  client_ca_file: ca.pem
  client_auth_type: RequireAndVerifyClientCert
basic_auth_users:
  prometheus: $2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay
`,
  );
  const exporter = await startSimulation(t, [`--web.config.file=${webConfig}`]);
  const curl = (...argv: readonly string[]) => curlStatus(folder, exporter.url, ...argv);
  const certificate = ['--cert', `${folder}/client.pem`, '--key', `${folder}/client.key`];
  assert.equal(await curl(), 'refused');
  assert.equal(await curl(...certificate), '401');
  assert.equal(await curl(...certificate, '-u', 'prometheus:wrong'), '401');
  assert.equal(await curl(...certificate, '-u', 'prometheus:test'), '200');
  assert.equal(await curl('-u', 'prometheus:test'), 'refused');

  const base = await startWithJob(
    t,
    `- job_name: one
  scheme: https
  tls_config: {ca_file: ${folder}/ca.pem, cert_file: ${folder}/client.pem, key_file: ${folder}/client.key}
  basic_auth: {username: prometheus, password: test}
  static_configs: [{targets: ['${addressOf(exporter.url)}']}]
`,
  );
  assert.equal((await queryUntilThere(base, 'up == 1')).length, 1);
});

test('a change of client_auth_type, and a file that is empty for a moment, open no door', async (t) => {
  const folder = temporaryFolder(t);
  makeCertificates(folder);
  const webConfig = path.join(folder, 'web.yml');
  const tls = 'tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n';
  const users =
    'basic_auth_users:\n  prometheus: $2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay\n';
  writeFileSync(webConfig, tls + users);
  const exporter = await startSimulation(t, [`--web.config.file=${webConfig}`]);
  const notTaken = async (count: number): Promise<void> => {
    while (exporter.log().split('stays in force').length - 1 < count) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  writeFileSync(
    webConfig,
    `${tls}  client_ca_file: ca.pem\n  client_auth_type: RequireAndVerifyClientCert\n${users}`,
  );
  await notTaken(1);
  assert.doesNotMatch(exporter.log(), /loaded again/);
  writeFileSync(webConfig, tls);
  await notTaken(2);
  assert.equal(await curlStatus(folder, exporter.url), '401');
});

test('a client that never finishes its TLS handshake does not hold up the end', async (t) => {
  const folder = temporaryFolder(t);
  makeCertificates(folder);
  const webConfig = path.join(folder, 'web.yml');
  writeFileSync(webConfig, 'tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n');
  const exporter = await startSimulation(t, [`--web.config.file=${webConfig}`]);
  const socket = net.connect(Number(new URL(exporter.url).port), '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  const cut = once(socket, 'close');
  assert.equal(await exporter.end(), 0);
  await cut;
});

test('B2-connections: a client that keeps too many connections over TLS loses one, and another client is served', async (t) => {
  const folder = temporaryFolder(t);
  makeCertificates(folder);
  const webConfig = path.join(folder, 'web.yml');
  writeFileSync(webConfig, 'tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n');
  const exporter = await startSimulation(t, [`--web.config.file=${webConfig}`]);
  const port = Number(new URL(exporter.url).port);
  const greedy: net.Socket[] = [];
  for (let at = 0; at < 256; at += 1) {
    const socket = net.connect({ host: '127.0.0.1', port, localAddress: '127.0.0.2' });
    t.after(() => socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    if (at % 8 === 0) {
      const above = connectTls({ socket, rejectUnauthorized: false });
      above.on('error', () => undefined);
      await once(above, 'secureConnect');
    }
    greedy.push(socket);
  }
  const closed = Promise.race(greedy.map((socket) => once(socket, 'close')));
  assert.equal(await curlStatus(folder, exporter.url), '200');
  await closed;
});

test('a certificate that is none is a problem at the start', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, 'junk.pem'), 'junk');
  const webConfig = path.join(folder, 'web.yml');
  writeFileSync(webConfig, 'tls_server_config:\n  cert_file: junk.pem\n  key_file: junk.pem\n');
  await assert.rejects(startSimulation(t, [`--web.config.file=${webConfig}`]), /WEB_CONFIG_INVALID/);
});
