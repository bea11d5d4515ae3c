/** The exporter while it runs: configuration that is read again, several addresses, and wrong passwords. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import bcrypt from 'bcryptjs';
import { type ExporterProcess, get, runExporterToEnd, startExporter, statusOf } from '../support/exporter.ts';
import { startRecordedFrontEnd } from '../support/recorded-front-end.ts';
import { temporaryFolder } from '../support/temporary.ts';

const start = async (t: TestContext, flags: readonly string[]): Promise<ExporterProcess> => {
  const frontEnd = await startRecordedFrontEnd();
  t.after(frontEnd.close);
  const exporter = await startExporter({
    endpoint: `http://127.0.0.1:${frontEnd.port}/RPC2`,
    flags: ['--no-collector.server', ...flags],
  });
  t.after(exporter.end);
  return exporter;
};

/** Tells it to read its configuration again, and waits for what it says. */
const reload = async (exporter: ExporterProcess, expected: RegExp): Promise<string> => {
  const before = exporter.log().length;
  exporter.signal('SIGHUP');
  while (!expected.test(exporter.log().slice(before)))
    await new Promise((resolve) => setTimeout(resolve, 20));
  return exporter.log().slice(before);
};

test('C10-SIGHUP: oneext.yaml is read again; what needs a restart is named, a broken file changes nothing', async (t) => {
  const file = path.join(temporaryFolder(t), 'oneext.yaml');
  writeFileSync(file, 'collector: {host: true}\n');
  const exporter = await start(t, [`--config.file=${file}`]);
  assert.match(await get(exporter), /^opennebula_host_total 3$/m);

  writeFileSync(file, 'collector: {host: false}\nweb: {config: {file: /web.yml}}\nlog: {format: json}\n');
  const told = await reload(exporter, /configuration loaded again/);
  assert.match(told, /"options":"web\.config\.file"/);
  assert.match(told, /"changed":".*collector\.host/);
  assert.doesNotMatch(await get(exporter), /^opennebula_host_total/m);

  writeFileSync(file, 'collector: {host: perhaps}\n');
  assert.match(await reload(exporter, /stays in force/), /collector\.host in .* but must be true or false/);
  writeFileSync(file, 'collector: [\n');
  await reload(exporter, /stays in force/);
  const page = await get(exporter);
  assert.doesNotMatch(page, /^opennebula_host_total/m);
  assert.match(page, /^opennebula_up 1$/m);
});

test('what needs a restart stays as it was until then, and is named each time; new prices are named', async (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'oneext.yaml');
  const write = (isCounting: boolean, price: number, more = ''): void =>
    writeFileSync(
      file,
      `collector: {energy: ${isCounting}}\nenergy: {directory: ${folder}, prices: [{currency: EUR, per_kwh: ${price}}]}\n${more}`,
    );
  write(false, 0.25);
  const exporter = await start(t, [`--config.file=${file}`]);
  write(true, 0.25);
  assert.match(await reload(exporter, /loaded again.*\n/), /options=collector\.energy.* changed=""/s);
  assert.doesNotMatch(await get(exporter), /collector="energy"/, 'nothing counts');
  write(true, 0.3);
  assert.match(
    await reload(exporter, /loaded again.*\n/),
    /options=collector\.energy.* changed=energy\.prices/s,
  );
  write(true, 0.3, 'log: {format: json}\n');
  const told = await reload(exporter, /loaded again.*\n/);
  assert.match(told, /"options":"collector\.energy".*"changed":"log\.format"/s);
  write(false, 0.3);
  assert.doesNotMatch(await reload(exporter, /loaded again.*\n/), /need a restart/);
});

test('C10-web: the web configuration is read again at once', async (t) => {
  const file = path.join(temporaryFolder(t), 'web.yml');
  writeFileSync(file, `basic_auth_users:\n  prom: ${bcrypt.hashSync('old', 4)}\n`);
  const exporter = await start(t, [`--web.config.file=${file}`]);
  const status = async (password: string): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`prom:${password}`).toString('base64')}`;
    return await statusOf(exporter.url, { headers: { authorization } });
  };
  assert.deepEqual([await status('old'), await status('new')], [200, 401]);
  writeFileSync(file, `basic_auth_users:\n  prom: ${bcrypt.hashSync('new', 4)}\n`);
  await reload(exporter, /configuration loaded again"? changed/);
  assert.deepEqual([await status('old'), await status('new')], [401, 200]);
  writeFileSync(file, 'basic_auth_users: {}\n');
  await reload(exporter, /needs a restart/);
  assert.deepEqual([await status('old'), await status('new')], [401, 200]);
});

test('C6-twice: the exporter listens on each address that it is given', async (t) => {
  const exporter = await start(t, ['--web.listen-address=127.0.0.2:0', '--web.listen-address=127.0.0.3:0']);
  const urls = /url="([^"]*)"/.exec(exporter.log())?.[1]?.split(' ') ?? [];
  assert.equal(urls.length, 2, exporter.log());
  for (const url of urls) assert.equal(await get({ url }, '/-/healthy'), 'Healthy\n');
});

/** What a client of another address is told: a status, or 0 where its connection is given up. */
const askFrom = (localAddress: string, url: string, authorization: string): Promise<number> =>
  new Promise((resolve) => {
    http
      .get(url, { agent: false, localAddress, headers: { authorization } }, (response) => {
        resolve(response.resume().statusCode ?? 0);
      })
      .on('error', () => resolve(0));
  });

test('B1-exporter: wrong passwords of others do not stop the scrapes of a known user', async (t) => {
  const file = path.join(temporaryFolder(t), 'web.yml');
  writeFileSync(file, `basic_auth_users:\n  prom: ${bcrypt.hashSync('secret', 10)}\n`);
  const exporter = await start(t, [`--web.config.file=${file}`]);
  const url = `${exporter.url}/-/healthy`;
  const loginOf = (password: string): string => `Basic ${Buffer.from(`prom:${password}`).toString('base64')}`;
  const ask = async (): Promise<number> =>
    await statusOf(url, { headers: { authorization: loginOf('secret') } });
  assert.equal(await ask(), 200);
  const others: number[] = [];
  // More than the exporter keeps connections: some of them are given up.
  const wrong = Array.from({ length: 300 }, async (_, at) =>
    others.push(await askFrom('127.0.0.2', url, loginOf(`wrong ${at}`))),
  );
  for (let round = 0; round < 5; round += 1) assert.equal(await ask(), 200);
  assert.ok(others.length < 300, 'the known user was served while the others waited');
  await Promise.all(wrong);
  assert.deepEqual(
    others.filter((status) => ![0, 401, 429].includes(status)),
    [],
  );
  const counts = [0, 401, 429].map((status) => others.filter((one) => one === status).length).join();
  assert.ok(others.includes(401) && others.includes(429), `given up, denied, sent away: ${counts}`);
});

test('A3-start: an endpoint or an agent URL that cannot be used ends the start with 78, without its password', async (t) => {
  const auth = path.join(temporaryFolder(t), 'one_auth');
  writeFileSync(auth, 'a:b');
  const flags = ['--config.file=/dev/null', '--web.listen-address=127.0.0.1:0'];
  const bad = 'http://prom:100%sure@h/RPC2';
  for (const [argv, endpoint, name] of [
    [flags, bad, 'ONE_XMLRPC'],
    [[...flags, `--power.agent-url=${bad}`], 'http://127.0.0.1:1/RPC2', '--power.agent-url'],
  ] as const) {
    const { code, stderr } = await runExporterToEnd(argv, { ONE_AUTH: auth, ONE_XMLRPC: endpoint });
    assert.equal(code, 78, stderr);
    assert.ok(stderr.includes(name), stderr);
    assert.doesNotMatch(stderr, /sure/);
  }
});
