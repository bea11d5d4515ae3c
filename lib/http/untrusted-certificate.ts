/** What is said when nobody whom we trust has signed the certificate of a server. */
import { codeOf } from '../errors/system-error.ts';

const untrustedCodes: readonly unknown[] = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/** Node's reason, with what an operator can do in place of advice on Node's flags, which our programs set already. */
export const explainUntrusted = (error: Error): string => {
  if (!untrustedCodes.includes(codeOf(error))) return error.message;
  const reason = error.message.replace(/; if the root CA is installed locally.*$/s, '');
  return `${reason}; the system does not trust the authority that signed the certificate of the server: add that authority with update-ca-certificates (Debian, Ubuntu) or update-ca-trust (RHEL)`;
};
