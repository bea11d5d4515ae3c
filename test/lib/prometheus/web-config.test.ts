import assert from 'node:assert/strict';
import test from 'node:test';
import { parseWebConfig } from '../../../lib/prometheus/web-config.ts';

const hash = '$2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay';

test('everything that the exporter-toolkit documents', () => {
  const { config, problems } = parseWebConfig({
    tls_server_config: {
      cert_file: 'c.pem',
      key_file: 'k.pem',
      client_ca_file: 'ca.pem',
      client_auth_type: 'RequireAndVerifyClientCert',
      min_version: 'TLS13',
      cipher_suites: [
        'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
        'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
      ],
      curve_preferences: ['CurveP256', 'X25519'],
    },
    http_server_config: { http2: true, headers: { 'Strict-Transport-Security': 'max-age=1' } },
    basic_auth_users: { alice: hash },
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(config.tls, {
    certFile: 'c.pem',
    keyFile: 'k.pem',
    clientCaFile: 'ca.pem',
    clientAuthentication: 'require-and-verify',
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305',
    curves: 'P-256:X25519',
    preferServerCiphers: true,
  });
  assert.deepEqual([...config.users], [['alice', hash]]);
  assert.deepEqual([...config.headers], [['Strict-Transport-Security', 'max-age=1']]);
});

test('an empty file is plain HTTP without users', () => {
  assert.deepEqual(parseWebConfig(undefined), parseWebConfig({}));
  assert.equal(parseWebConfig({}).config.tls, undefined);
});

test('all problems at once', () => {
  const { problems } = parseWebConfig({
    tls_server_config: {
      cert_file: 'c',
      client_auth_type: 'Sometimes',
      min_version: 'SSL3',
      cipher_suites: ['RC4'],
    },
    basic_auth_users: { alice: 'plain' },
    nonsense: 1,
  });
  const expected = ['nonsense', 'key_file is missing', 'client_auth_type', 'min_version', 'RC4', 'alice'];
  for (const part of expected)
    assert.ok(
      problems.some((problem) => problem.includes(part)),
      part,
    );
  assert.equal(problems.length, expected.length);
});

test('verifying client certificates needs their authority', () => {
  const tls = { cert_file: 'c', key_file: 'k', client_auth_type: 'VerifyClientCertIfGiven' };
  assert.match(parseWebConfig({ tls_server_config: tls }).problems.join(), /client_ca_file is missing/);
});
