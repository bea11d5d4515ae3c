import assert from 'node:assert/strict';
import test from 'node:test';
import { explainUntrusted } from '../../../lib/http/untrusted-certificate.ts';

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });
const advice = '; if the root CA is installed locally, try running Node.js with --use-system-ca';

test("a certificate that nobody trusts: the reason, and the system's commands instead of Node's flags", () => {
  for (const [code, reason] of [
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'],
  ] as const)
    for (const said of [reason, reason + advice]) {
      const explained = explainUntrusted(failure(code, said));
      assert.ok(explained.startsWith(`${reason}; the system does not trust`), explained);
      assert.match(explained, /update-ca-certificates .* update-ca-trust/);
      assert.doesNotMatch(explained, /Node|--use/);
    }
});

test('what has other causes is said as it is', () => {
  for (const [code, reason] of [
    ['CERT_HAS_EXPIRED', 'certificate has expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames"],
    ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:2633'],
  ] as const)
    assert.equal(explainUntrusted(failure(code, reason)), reason);
});
