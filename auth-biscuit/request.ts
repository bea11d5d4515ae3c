/**
 * What oned writes to an authentication driver's stdin: `<AUTHN>` with USERNAME, PASSWORD and SECRET.
 *
 * Read strictly: this form and no other, no DOCTYPE, no attributes, no comments, no entities but the five of
 * XML and numeric references. Fails with AUTH_REQUEST_INVALID, whose detail quotes nothing of the request.
 */
import type { OneExtError } from '../lib/errors/oneext-error.ts';
import { authError } from './errors.ts';

export interface AuthenticationRequest {
  readonly user: string;
  /** The field PASSWORD of the user in OpenNebula: the public keys. */
  readonly password: string;
  /** The token, without white space around it. */
  readonly token: string;
}

/** In bytes; the largest token, every character of it escaped, fits. */
export const longestRequest = 512 * 1024;
/** In characters of base64. */
export const longestToken = 64 * 1024;

const space = '[ \\t\\r\\n]*';
const document = new RegExp(`^${space}(?:<\\?xml [^<>?]*\\?>${space})?<AUTHN>(.*)</AUTHN>${space}$`, 's');
const element = new RegExp(`${space}<(USERNAME|PASSWORD|SECRET)(?:${space}/>|>([^<]*)</\\1${space}>)`, 'y');
const spaceToEnd = new RegExp(`${space}$`, 'y');

/** A character that XML 1.0 does not allow, https://www.w3.org/TR/xml/#charsets */
const notXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const entities = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

const invalid = (detail: string): OneExtError => authError('AUTH_REQUEST_INVALID', { detail });

const decodeReference = (name: string | undefined): string => {
  const known = entities.get(name ?? '');
  if (known !== undefined) return known;
  const digits = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name ?? '');
  const code = digits === null ? 0 : Number.parseInt(digits[1] ?? digits[2] ?? '', digits[1] ? 16 : 10);
  if (code === 0 || code > 0x10ffff) throw invalid('it has an entity that is not one of the five of XML');
  return String.fromCodePoint(code);
};

const decodeText = (text: string): string => {
  const decoded = text.replaceAll(/&(?:([^&;]{1,9});)?/g, (_, name?: string) => decodeReference(name));
  if (notXml.test(decoded)) throw invalid('it has a character that XML does not allow');
  return decoded;
};

const readElements = (body: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  let at = 0;
  for (;;) {
    element.lastIndex = at;
    const match = element.exec(body);
    if (match === null) break;
    const [whole, name = '', text = ''] = match;
    if (found.has(name)) throw invalid(`it has ${name} twice`);
    found.set(name, decodeText(text));
    at += whole.length;
  }
  spaceToEnd.lastIndex = at;
  if (!spaceToEnd.test(body)) throw invalid('it holds more than USERNAME, PASSWORD and SECRET');
  return found;
};

/** Names that oned itself accepts: no white space, no `:`; and nothing that is invisible in a log. */
export const isUserName = (text: string): boolean => /^[^\s:\p{Cc}\p{Cf}\p{Cs}]{1,128}$/u.test(text);

export const parseAuthenticationRequest = (bytes: Uint8Array): AuthenticationRequest => {
  if (bytes.length === 0) throw invalid('it is empty');
  if (bytes.length > longestRequest) throw invalid(`it is longer than ${longestRequest} bytes`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid('it is not UTF-8');
  }
  const body = document.exec(text)?.[1];
  if (body === undefined) throw invalid('it is not one AUTHN element');
  const fields = readElements(body);
  const field = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw invalid(`it has no ${name}`);
    return value;
  };
  const user = field('USERNAME');
  if (!isUserName(user))
    throw invalid('USERNAME is empty, longer than 128 characters, or has white space or control characters');
  const token = field('SECRET').trim();
  if (token === '') throw invalid('SECRET, the token, is empty');
  if (token.length > longestToken)
    throw invalid(`the token has ${token.length} characters, more than ${longestToken}`);
  return { user, password: field('PASSWORD'), token };
};
