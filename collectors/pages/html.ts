/** HTML in which whatever was not written here is text: names of VMs are chosen by their owners. */

export interface Html {
  readonly html: string;
}
export type HtmlPart = string | number | Html | readonly HtmlPart[] | undefined;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const special = /[&<>"']/g;

/** Fit for the text of an element and for an attribute in quotes. */
export const escapeHtml = (text: string): string =>
  text.replace(special, (character) => entities[character] ?? character);

const isList = (part: HtmlPart): part is readonly HtmlPart[] => Array.isArray(part);

const format = (part: HtmlPart): string => {
  if (part === undefined) return '';
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  return isList(part) ? part.map(format).join('') : part.html;
};

/** A template: its own text is markup, what stands in it is not. */
export const html = (markup: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html => ({
  html: markup.map((text, at) => text + format(parts[at])).join(''),
});

/** Control characters, marks that change the direction of text, and halves of characters; joiners are letters' own. */
const unshowable = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A name as a reader may see it: nothing in it is hidden, and nothing acts upon what stands around it. */
export const shownName = (name: string): string => name.replaceAll(unshowable, '\u{fffd}');

/** Isolated, so that a name that runs from right to left turns nothing around it. */
export const nameHtml = (name: string): Html => html`<bdi>${shownName(name)}</bdi>`;

/** Fit for a script element of type application/json. */
export const jsonHtml = (value: unknown): Html => ({
  html: JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029'),
});
