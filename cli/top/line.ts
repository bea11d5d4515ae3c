/** A line of the screen: text in pieces, each with its manner. */
import { type Charset, cutToWidth, displayWidthOf, fitToWidth } from '../../lib/text/display-text.ts';

export type Style = 'strong' | 'faint' | 'head' | 'trend' | 'warning';

export interface Span {
  readonly text: string;
  readonly style?: Style;
}
export type Line = readonly Span[];

export const textOf = (line: Line): string => line.map(({ text }) => text).join('');

/** What of the line fits into `width` columns. Its texts are shown texts already. */
export const cutLine = (line: Line, width: number, charset: Charset): Line => {
  if (displayWidthOf(textOf(line)) <= width) return line;
  const cut: Span[] = [];
  let left = width;
  for (const span of line) {
    const spanWidth = displayWidthOf(span.text);
    // Of what is cut, one column shall say so.
    if (spanWidth < left) cut.push(span);
    else {
      cut.push({ ...span, text: cutToWidth(`${span.text}  `, left, charset) });
      break;
    }
    left -= spanWidth;
  }
  return cut;
};

/** One span over the whole width. */
export const fullLine = (text: string, width: number, style: Style, charset: Charset): Line => [
  { text: fitToWidth(text, width, 'left', charset), style },
];
