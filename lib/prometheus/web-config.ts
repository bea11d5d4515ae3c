/**
 * The web configuration of Prometheus' exporter-toolkit: TLS, client certificates, basic authentication.
 * https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
 *
 * Pure: from the parsed file to settings, or to all of its problems at once.
 */
import { isMapping } from '../mapping.ts';

export type ClientAuthentication =
  | 'none'
  | 'request'
  | 'require-any'
  | 'verify-if-given'
  | 'require-and-verify';

export interface TlsSettings {
  /** Paths as they stand in the file: relative ones are relative to it. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile: string | undefined;
  readonly clientAuthentication: ClientAuthentication;
  readonly minVersion: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL's names, `:` between them; `undefined` for the default. */
  readonly ciphers: string | undefined;
  readonly curves: string | undefined;
  readonly preferServerCiphers: boolean;
}

export interface WebConfig {
  readonly tls: TlsSettings | undefined;
  /** bcrypt hashes by user; no users: no authentication. */
  readonly users: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
}

export const emptyWebConfig: WebConfig = { tls: undefined, users: new Map(), headers: new Map() };

const clientAuthenticationNames = new Map<string, ClientAuthentication>([
  ['', 'none'],
  ['NoClientCert', 'none'],
  ['RequestClientCert', 'request'],
  ['RequireClientCert', 'require-any'],
  ['RequireAnyClientCert', 'require-any'],
  ['VerifyClientCertIfGiven', 'verify-if-given'],
  ['RequireAndVerifyClientCert', 'require-and-verify'],
]);
const versionNames = new Map<string, TlsSettings['minVersion']>([
  ['TLS10', 'TLSv1'],
  ['TLS11', 'TLSv1.1'],
  ['TLS12', 'TLSv1.2'],
  ['TLS13', 'TLSv1.3'],
]);
const curveNames = new Map([
  ['CurveP256', 'P-256'],
  ['CurveP384', 'P-384'],
  ['CurveP521', 'P-521'],
  ['X25519', 'X25519'],
]);

/** TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 -> ECDHE-RSA-AES128-GCM-SHA256; names of TLS 1.3 stay. */
const opensslCipher = (name: string): string | undefined => {
  if (/^TLS_(?:AES_(?:128|256)_GCM_SHA(?:256|384)|CHACHA20_POLY1305_SHA256)$/.test(name)) return name;
  const match =
    /^TLS_(?:(ECDHE)_)?(RSA|ECDSA)_WITH_(AES_(?:128|256)_(?:CBC|GCM)|CHACHA20_POLY1305)_?(SHA\d*)?(?:_SHA256)?$/.exec(
      name,
    );
  if (match === null) return undefined;
  const [, exchange, authentication, cipher = '', hash] = match;
  const bulk = cipher
    .replace(/^AES_(\d+)_CBC$/, 'AES$1')
    .replace(/^AES_(\d+)_GCM$/, 'AES$1-GCM')
    .replace('CHACHA20_POLY1305', 'CHACHA20-POLY1305');
  const prefix = exchange === undefined ? '' : `ECDHE-${authentication}-`;
  return `${prefix}${bulk}${bulk.startsWith('CHACHA20') ? '' : `-${hash}`}`;
};

type Section = ReadonlyMap<string, unknown>;

interface Reader {
  section(parent: Section, key: string): Section;
  text(parent: Section, key: string, shown: string): string;
  list(parent: Section, key: string, shown: string): readonly string[];
  known(parent: Section, shown: string, keys: readonly string[]): void;
  readonly problems: string[];
}

const sectionOf = (value: unknown): Section | undefined =>
  isMapping(value) ? new Map(Object.entries(value)) : undefined;

const createReader = (): Reader => {
  const problems: string[] = [];
  return {
    problems,
    section(parent, key) {
      const value = parent.get(key);
      const section = value === null || value === undefined ? new Map<string, unknown>() : sectionOf(value);
      if (section === undefined) problems.push(`${key} must be a section`);
      return section ?? new Map<string, unknown>();
    },
    text(parent, key, shown) {
      const value = parent.get(key);
      if (value === null || value === undefined) return '';
      if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
        return String(value);
      problems.push(`${shown}.${key} must be one value`);
      return '';
    },
    list(parent, key, shown) {
      const value = parent.get(key);
      if (value === null || value === undefined) return [];
      if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
      problems.push(`${shown}.${key} must be a list of names`);
      return [];
    },
    known(parent, shown, keys) {
      for (const key of parent.keys()) {
        if (!keys.includes(key)) problems.push(`${shown}${key} is not supported`);
      }
    },
  };
};

const translate = <T>(
  reader: Reader,
  names: ReadonlyMap<string, T>,
  name: string,
  shown: string,
  fallback: T,
): T => {
  const value = name === '' && !names.has('') ? fallback : names.get(name);
  if (value === undefined)
    reader.problems.push(
      `${shown} is ${JSON.stringify(name)}, not one of ${[...names.keys()].filter(Boolean).join(', ')}`,
    );
  return value ?? fallback;
};

const tlsKeys = [
  'cert_file',
  'key_file',
  'client_ca_file',
  'client_auth_type',
  'min_version',
  'max_version',
  'cipher_suites',
  'curve_preferences',
  'prefer_server_cipher_suites',
];

const parseTls = (reader: Reader, section: Section): TlsSettings | undefined => {
  const shown = 'tls_server_config';
  reader.known(section, `${shown}.`, tlsKeys);
  const text = (key: string): string => reader.text(section, key, shown);
  const [certFile, keyFile, clientCaFile] = [text('cert_file'), text('key_file'), text('client_ca_file')];
  if (section.size === 0) return undefined;
  if (certFile === '') reader.problems.push(`${shown}.cert_file is missing`);
  if (keyFile === '') reader.problems.push(`${shown}.key_file is missing`);
  const clientAuthentication = translate(
    reader,
    clientAuthenticationNames,
    text('client_auth_type'),
    `${shown}.client_auth_type`,
    'none',
  );
  const verifies =
    clientAuthentication === 'verify-if-given' || clientAuthentication === 'require-and-verify';
  if (verifies && clientCaFile === '') {
    reader.problems.push(`${shown}.client_ca_file is missing: client_auth_type verifies certificates`);
  }
  if (clientAuthentication === 'none' && clientCaFile !== '') {
    reader.problems.push(`${shown}.client_ca_file is given, but client_auth_type asks for no certificate`);
  }
  const ciphers = reader.list(section, 'cipher_suites', shown).map((name) => {
    const cipher = opensslCipher(name);
    if (cipher === undefined) reader.problems.push(`${shown}.cipher_suites: ${name} is not known`);
    return cipher ?? '';
  });
  const curves = reader
    .list(section, 'curve_preferences', shown)
    .map((name) => translate(reader, curveNames, name, `${shown}.curve_preferences`, ''));
  return {
    certFile,
    keyFile,
    clientCaFile: clientCaFile === '' ? undefined : clientCaFile,
    clientAuthentication,
    minVersion: translate(reader, versionNames, text('min_version'), `${shown}.min_version`, 'TLSv1.2'),
    maxVersion: translate(reader, versionNames, text('max_version'), `${shown}.max_version`, 'TLSv1.3'),
    ciphers: ciphers.length === 0 ? undefined : ciphers.join(':'),
    curves: curves.length === 0 ? undefined : curves.join(':'),
    preferServerCiphers: text('prefer_server_cipher_suites') !== 'false',
  };
};

/** A bcrypt hash as htpasswd and the toolkit write it. */
const bcryptHash = /^\$2[abxy]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

export const parseWebConfig = (
  document: unknown,
): { readonly config: WebConfig; readonly problems: readonly string[] } => {
  const reader = createReader();
  const root = document === null || document === undefined ? new Map<string, unknown>() : sectionOf(document);
  if (root === undefined) return { config: emptyWebConfig, problems: ['the file must hold sections'] };
  reader.known(root, '', ['tls_server_config', 'http_server_config', 'basic_auth_users']);
  const tls = parseTls(reader, reader.section(root, 'tls_server_config'));
  const http = reader.section(root, 'http_server_config');
  reader.known(http, 'http_server_config.', ['http2', 'headers']);
  const headers = new Map<string, string>();
  for (const [name, value] of reader.section(http, 'headers')) {
    const text = String(value);
    if (!/^[\w-]+$/.test(name) || /[^\t\u0020-\u007e]/.test(text)) {
      reader.problems.push(`http_server_config.headers.${name} is no header`);
    } else headers.set(name, text);
  }
  const users = new Map<string, string>();
  for (const [user, hash] of reader.section(root, 'basic_auth_users')) {
    if (typeof hash === 'string' && bcryptHash.test(hash)) users.set(user, hash);
    else reader.problems.push(`basic_auth_users.${user} is no bcrypt hash (htpasswd -nBC 10 "" makes one)`);
  }
  return { config: { tls, users, headers }, problems: reader.problems };
};

/** Whether a client's certificate, or the lack of one, is acceptable: what TLS itself asks for is fixed at the start. */
export const clientIsAcceptable = (
  { clientAuthentication }: TlsSettings,
  isGiven: boolean,
  isVerified: boolean,
): boolean => {
  switch (clientAuthentication) {
    case 'require-and-verify':
      return isGiven && isVerified;
    case 'verify-if-given':
      return !isGiven || isVerified;
    case 'require-any':
      return isGiven;
    default:
      return true;
  }
};

/** Why a changed configuration needs a restart; `undefined` when it can be taken as it is. */
export const whyRestart = (before: WebConfig, next: WebConfig): string | undefined => {
  if ((next.tls === undefined) !== (before.tls === undefined)) return 'TLS is turned on or off';
  if (next.tls?.clientAuthentication !== before.tls?.clientAuthentication)
    return 'client_auth_type has changed';
  // A file that is just being written is empty for a moment: that must not open the door.
  return next.users.size === 0 && before.users.size > 0 ? 'no user is left' : undefined;
};
