/** Services of hourly CO2 as they answer: well, not at all, slowly, with too much, with an error. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { co2ServiceProblems } from '../../../../collectors/grid/co2-service.ts';
import { askIntensities } from '../../../../collectors/grid/io/ask-intensities.ts';
import { reasonOf } from '../../../../lib/errors/oneext-error.ts';
import { repositoryPath } from '../../../support/expected.ts';
import { httpAnswer, type RawAnswer, startRawServer } from '../../../support/raw-server.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const latest = readFileSync(repositoryPath('test/fixtures/carbon/electricity-maps-latest.json'), 'utf8');

test('the token goes from its file into the header, and one URL that fails does not hide the others', async (t) => {
  const answers: Readonly<Record<string, RawAnswer>> = {
    '/latest?zone=FR': { bytes: httpAnswer('200 OK', latest) },
    '/denied': { bytes: httpAnswer('401 Unauthorized', '{"error":"Invalid auth-token"}') },
    '/moved': { bytes: httpAnswer('302 Found', '', 'Location: http://127.0.0.1:1/\r\n') },
    '/other': { bytes: httpAnswer('200 OK', '{"error":"no such zone"}') },
    '/html': { bytes: httpAnswer('200 OK', '<html>') },
    '/cut': { bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{' },
    '/huge': { bytes: `HTTP/1.1 200 OK\r\nContent-Length: 17000000\r\n\r\n${' '.repeat(17_000_000)}` },
  };
  const server = await startRawServer((request) => answers[request.split(' ')[1] ?? ''] ?? 'reset');
  const tokenFile = path.join(temporaryFolder(t), 'token');
  t.after(() => server.close());
  writeFileSync(tokenFile, 'secret-1\n');
  const urls = [...Object.keys(answers), '/reset'].map(
    (at) => new URL(at, `http://127.0.0.1:${server.port}`),
  );
  const { intensities, failures } = await askIntensities({ urls, tokenFile });
  assert.deepEqual(
    intensities.map(({ zone, gramsPerKwh }) => [zone, gramsPerKwh]),
    [['FR', 83]],
  );
  assert.ok(server.requests.every((request) => request.includes('\r\nauth-token: secret-1\r\n')));
  const told = failures.map(reasonOf).join('\n');
  for (const wanted of [
    'HTTP status 401',
    'HTTP status 302',
    'it is no answer of Electricity Maps',
    'cut off',
    'larger than',
  ])
    assert.match(told, new RegExp(wanted));
  assert.equal(failures.length, 7, told);
  assert.doesNotMatch(told, /secret-1|zone=/);
});

test('a token that is no line, or cannot be read, is told and not sent', async (t) => {
  const server = await startRawServer(() => ({ bytes: httpAnswer('200 OK', latest) }));
  const folder = temporaryFolder(t);
  t.after(() => server.close());
  const urls = [new URL(`http://127.0.0.1:${server.port}/`)];
  const tokenFile = path.join(folder, 'token');
  for (const token of ['', 'two words', 'a\r\nX-Injected: 1', 'ключ']) {
    writeFileSync(tokenFile, token);
    const { failures } = await askIntensities({ urls, tokenFile });
    assert.match(failures.map(reasonOf).join(), /must hold one line with the token alone/);
  }
  const { failures } = await askIntensities({ urls, tokenFile: path.join(folder, 'none') });
  assert.match(failures.map(reasonOf).join(), /ENOENT/);
  assert.deepEqual(server.requests, []);
});

test('a service that hangs is given up when the exporter ends', async (t) => {
  const ending = new AbortController();
  const server = await startRawServer(() => {
    setImmediate(() => ending.abort());
    return 'hang';
  });
  t.after(() => server.close());
  const urls = [new URL(`http://127.0.0.1:${server.port}/`)];
  const { failures } = await askIntensities({ urls, tokenFile: '' }, ending.signal);
  assert.match(failures.map(reasonOf).join(), /aborted/);
});

test('a token is sent to one service alone, and not so that others can read it', () => {
  const problemsOf = (...urls: readonly string[]) =>
    co2ServiceProblems({
      'energy.co2-url': urls.map((url) => new URL(url)),
      'energy.co2-token-file': '/etc/one/co2-token',
    });
  assert.deepEqual(problemsOf('https://a.example/DE', 'https://a.example/FR'), []);
  assert.deepEqual(problemsOf('http://127.0.0.1:8080/', 'http://127.0.0.1:8080/x'), []);
  assert.match(problemsOf('https://a.example', 'https://b.example').join(), /sent to one service alone/);
  assert.match(problemsOf('http://a.example').join(), /must begin with https/);
  assert.match(problemsOf().join(), /no --energy\.co2-url is given/);
});
