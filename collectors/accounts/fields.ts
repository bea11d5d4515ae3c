/** Fields of lines that are separated by tabs. */

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const unescapes = new Map(Object.entries(escapes).map(([character, written]) => [written, character]));

const special = /[\\\t\n\r]/;
export const escapeField = (text: string): string =>
  !special.test(text) ? text : text.replace(/[\\\t\n\r]/g, (found) => escapes[found] ?? found);
export const unescapeField = (text: string): string =>
  text.includes('\\') ? text.replace(/\\./g, (found) => unescapes.get(found) ?? found) : text;
