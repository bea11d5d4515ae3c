/** Writes XML-RPC requests as OpenNebula's API takes them (http://xmlrpc.com/spec.md). */

export type RpcParameter = string | number | boolean;

const xmlEscapes = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['\r', '&#13;'],
]);

/** Escapes text for an element's content. */
export const escapeXmlText = (value: string): string =>
  value.replaceAll(/[&<>\r]/g, (character) => xmlEscapes.get(character) ?? character);

const formatParameter = (value: RpcParameter): string => {
  if (typeof value === 'boolean') return `<boolean>${value ? 1 : 0}</boolean>`;
  if (typeof value === 'number') return `<i4>${value}</i4>`;
  return `<string>${escapeXmlText(value)}</string>`;
};

/** Numbers are 32-bit integers, as in all of OpenNebula's API. */
export const formatRpcRequest = (method: string, parameters: readonly RpcParameter[]): string => {
  const values = parameters.map((value) => `<param><value>${formatParameter(value)}</value></param>`);
  return `<?xml version="1.0"?>\n<methodCall><methodName>${method}</methodName><params>${values.join('')}</params></methodCall>\n`;
};
