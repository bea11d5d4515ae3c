/** What a VM gets from the exporter for its OneGate token, and what nobody gets. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import bcrypt from 'bcryptjs';
import { shardOfVm } from '../../collectors/shard.ts';
import { get, runExporterToEnd, statusOf } from '../support/exporter.ts';
import { type GuestCloud, startGuestCloud, tokenOf } from '../support/guest-cloud.ts';
import { startPowerGuest } from '../support/power-guest.ts';
import { familyOf } from '../support/samples.ts';
import { temporaryFolder } from '../support/temporary.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type: string;
}

const ask = async (url: string, vmId: string, token = tokenOf(vmId)): Promise<Answer> => {
  const headers = { 'X-ONEGATE-VMID': vmId, 'X-ONEGATE-TOKEN': token };
  const response = await fetch(url, { headers });
  return {
    status: response.status,
    body: await response.text(),
    type: response.headers.get('content-type') ?? '',
  };
};

/** The first answer with that status. */
const askUntil = async (status: number, url: string, vmId: string): Promise<Answer> => {
  for (;;) {
    const answer = await ask(url, vmId);
    if (answer.status === status) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const energyOnPage = async ({ exporter }: GuestCloud): Promise<number> =>
  familyOf(await get(exporter), 'opennebula_vm_energy_joules_total')['{one_vm_id="8"}'] ?? Number.NaN;

const getsItsOwn = async (cloud: GuestCloud): Promise<void> => {
  await askUntil(200, `${cloud.url}/energy_uj`, '8');
  const least = await energyOnPage(cloud);
  const energy = await ask(`${cloud.url}/energy_uj`, '8');
  assert.match(energy.body, /^[1-9]\d*\n$/);
  const metrics = await ask(`${cloud.url}/metrics`, '8');
  const json = await ask(`${cloud.url}/power.json`, '8');
  let most = await energyOnPage(cloud);
  const power = JSON.parse(json.body) as Readonly<Record<string, number>>;
  assert.deepEqual(Object.keys(power), ['watts', 'joules', 'time', 'resolution_seconds']);
  while (most < (power['joules'] ?? 0)) most = await energyOnPage(cloud); // a page may be some seconds old
  const joules = Number(energy.body) / 1e6;
  assert.ok(least <= joules && joules <= most, `${least} ${joules} ${most}`);
  assert.ok(Math.abs((power['watts'] ?? 0) - 40) < 8, json.body);
  assert.ok(Math.abs((power['time'] ?? 0) * 1000 - Date.now()) < 120_000, json.body);
  assert.equal(power['resolution_seconds'], 1);
  assert.deepEqual(Object.keys(familyOf(metrics.body, 'opennebula_vm_energy_joules_total')), [
    '{one_vm_id="8"}',
  ]);
  assert.deepEqual(metrics.body.match(/^# TYPE \S+/gm), [
    '# TYPE opennebula_vm_energy_joules_total',
    '# TYPE opennebula_vm_unmeasured_seconds_total',
    '# TYPE opennebula_vm_power_watts',
  ]);
  for (const elsewhere of ['/', '/energy', '/-/healthy', '/sd/vm-exporters', '/energy_uj/'])
    assert.equal((await ask(`${cloud.url}${elsewhere}`, '8')).status, 404, elsewhere);
  assert.equal(await statusOf(`${cloud.exporter.url}/energy_uj`), 404, 'nor on the port of metrics');
};

const isFollowedInTheGuest = async (t: TestContext, cloud: GuestCloud): Promise<void> => {
  const guest = startPowerGuest(t, { url: cloud.url, vmId: '8', token: tokenOf('8') });
  await guest.said(/follows VM 8/);
  const first = Number(guest.file('energy_uj'));
  assert.ok(first > 0);
  while (Number(guest.file('energy_uj')) === first) await new Promise((resolve) => setTimeout(resolve, 100));
  const shown = Number(guest.file('energy_uj'));
  // A busy machine may read the agents late: then there is no value for a moment.
  const truth = Number((await askUntil(200, `${cloud.url}/energy_uj`, '8')).body);
  assert.ok(shown > first && shown <= truth, `${first} ${shown} ${truth}`);
  assert.equal(await guest.end(), 0);
};

const othersGetNothing = async (cloud: GuestCloud): Promise<void> => {
  for (const page of ['/energy_uj', '/metrics', '/power.json']) {
    assert.equal((await ask(`${cloud.url}${page}`, '8', tokenOf('6'))).status, 401);
    assert.equal((await ask(`${cloud.url}${page}`, '12345', tokenOf('8'))).status, 401);
    const { status, headers } = await fetch(`${cloud.url}${page}`);
    assert.deepEqual(
      [status, headers.get('www-authenticate')],
      [401, 'OneGate'],
      'no browser asks for a password',
    );
    const unmeasured = await ask(`${cloud.url}${page}`, '6');
    assert.deepEqual(
      [unmeasured.status, /^agent_unsound: /.test(unmeasured.body)],
      [503, true],
      unmeasured.body,
    );
    const off = await ask(`${cloud.url}${page}`, '4');
    assert.deepEqual([off.status, /^not_running: /.test(off.body)], [503, true], off.body);
  }
};

test('guests cost OpenNebula no call', async (t) => {
  const cloud = await startGuestCloud(t, '--energy.interval=60s', '--one.min-refresh-interval=1h');
  await askUntil(503, `${cloud.url}/energy_uj`, '4');
  while (!(await ask(`${cloud.url}/energy_uj`, '4')).body.startsWith('not_running'))
    await new Promise((resolve) => setTimeout(resolve, 50));
  // Others may read what they need meanwhile, such as hosts and clusters.
  const readForGuests = () => cloud.calls().filter((method) => /^one\.(?:vmpool\.info|user)/.test(method));
  const before = readForGuests();
  for (let round = 0; round < 50; round += 1) await ask(`${cloud.url}/energy_uj`, '4');
  assert.deepEqual(readForGuests(), before);
  assert.equal(cloud.calls().filter((method) => method === 'one.userpool.info').length, 1);
});

const isAnsweredWhileOthersGuess = async (cloud: GuestCloud): Promise<void> => {
  for (const localAddress of ['127.0.0.2', '127.0.0.1']) {
    let isOver = false;
    let wrong = 0;
    const guess = (): Promise<void> =>
      new Promise((resolve) => {
        const headers = { 'X-ONEGATE-VMID': '8', 'X-ONEGATE-TOKEN': tokenOf('6') };
        const request = http.get(
          `${cloud.url}/energy_uj`,
          { localAddress, agent: false, headers },
          (response) => {
            assert.equal(response.resume().statusCode, 401);
            wrong += 1;
          },
        );
        request.on('error', () => undefined).on('close', resolve);
      });
    const guessers = Array.from({ length: 40 }, async () => {
      while (!isOver) await guess();
    });
    assert.equal((await ask(`${cloud.url}/energy_uj`, '8')).status, 200);
    isOver = true;
    await Promise.all(guessers);
    assert.ok(wrong > 0);
  }
  assert.match(cloud.exporter.log(), /wrong OneGate tokens.*one_vm_id=8/);
};

test("a VM gets its own energy and power, nobody gets another VM's, and guesses lock nobody out", async (t) => {
  const cloud = await startGuestCloud(t);
  await askUntil(200, `${cloud.url}/energy_uj`, '8');
  await t.test('its own, on three pages', () => getsItsOwn(cloud));
  await t.test('the counter in the guest follows it', (own) => isFollowedInTheGuest(own, cloud));
  await t.test('401 for others, and the reason for a VM that is not measured', () => othersGetNothing(cloud));
  await t.test('guesses from another address and from its own', () => isAnsweredWhileOthersGuess(cloud));
});

test('the port of guests is never that of metrics', async (t) => {
  const auth = path.join(temporaryFolder(t), 'one_auth');
  writeFileSync(auth, 'a:b');
  const { code, stderr } = await runExporterToEnd(
    ['--config.file=/dev/null', '--web.listen-address=127.0.0.1:9925', '--guest.listen-address=:9925'],
    { ONE_AUTH: auth, ONE_XMLRPC: 'http://127.0.0.1:1/RPC2' },
  );
  assert.equal(code, 78, stderr);
  assert.match(stderr, /--guest\.listen-address is \[::\]:9925 but must have another port/);
});

test('guests are served over TLS by the web configuration, without its users', async (t) => {
  const folder = temporaryFolder(t);
  const [key, cert, config] = ['key.pem', 'cert.pem', 'web.yml'].map((name) => path.join(folder, name));
  assert.ok(key && cert && config);
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  );
  const hash = bcrypt.hashSync('secret', 4);
  writeFileSync(
    config,
    `tls_server_config: {cert_file: ${cert}, key_file: ${key}, client_ca_file: ${cert}, client_auth_type: RequireAndVerifyClientCert}
basic_auth_users: {prom: ${hash}}
`,
  );
  const { url } = await startGuestCloud(t, `--web.config.file=${config}`);
  assert.match(url, /^https:/);
  const status = (token: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { 'X-ONEGATE-VMID': '8', 'X-ONEGATE-TOKEN': token };
      https
        .get(`${url}/energy_uj`, { rejectUnauthorized: false, agent: false, headers }, (response) =>
          resolve(response.resume().statusCode ?? 0),
        )
        .on('error', reject);
    });
  while ((await status(tokenOf('8'))) !== 200) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(await status(tokenOf('6')), 401);
});

test('of several exporters that share a cloud, one has the power of a VM, and the others say which one', async (t) => {
  const { number } = shardOfVm({ id: 8, hostId: 1 }, { number: 1, count: 2, homes: new Map() });
  const own = await startGuestCloud(t, `--shard=${number}/2`);
  while ((await ask(`${own.url}/energy_uj`, '8')).status !== 200)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const other = await startGuestCloud(t, `--shard=${3 - number}/2`);
  let answer = await ask(`${other.url}/energy_uj`, '8');
  while (answer.body.startsWith('starting:')) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    answer = await ask(`${other.url}/energy_uj`, '8');
  }
  assert.equal(answer.status, 503);
  assert.match(answer.body, new RegExp(`^other_part: .* --shard ${number}/2`));
  assert.equal((await ask(`${other.url}/energy_uj`, '8', tokenOf('6'))).status, 401);
});
