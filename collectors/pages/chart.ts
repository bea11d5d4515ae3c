/** The last hour as a picture that needs no script. */
import { type Html, html } from './html.ts';
import type { Series } from './page-data.ts';
import { formatWatts } from './quantities.ts';

const [width, height, left, bottom] = [720, 180, 60, 18];

/** A number to mark an axis with, above the largest value. */
export const niceCeiling = (most: number): number => {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return unit * ([1, 1.5, 2, 3, 4, 5, 7.5, 10].find((factor) => factor * unit >= most) ?? 10);
};

const isKnown = (value: number | null): value is number => value !== null;

/** Pieces of the line; a single point is a short one. */
const pathOf = (points: readonly (readonly [x: number, y: number] | undefined)[]): string => {
  let path = '';
  let isOpen = false;
  for (const [at, point] of points.entries()) {
    if (point === undefined) isOpen = false;
    else {
      const [x, y] = point.map((value) => Math.round(value * 10) / 10);
      path += isOpen ? `L${x} ${y}` : `M${x} ${y}`;
      if (!isOpen && points[at + 1] === undefined) path += 'h1';
      isOpen = true;
    }
  }
  return path;
};

export const chartHtml = (
  { seconds, watts }: Series,
  nowSeconds: number,
  clock: (seconds: number) => string,
): Html => {
  const known = watts.filter(isKnown);
  const most = niceCeiling(Math.max(0, ...known));
  const from = nowSeconds - 3600;
  const xOf = (at: number): number => left + ((width - left) * Math.max(0, at - from)) / 3600;
  const yOf = (value: number): number => (height - bottom) * (1 - value / most) + 4;
  const points = watts.map((value, at) =>
    value === null ? undefined : ([xOf(seconds[at] ?? nowSeconds), yOf(value)] as const),
  );
  const lines = [0, 0.5, 1].map((part) => {
    const y = yOf(part * most);
    return html`<path class="grid" d="M${left} ${y}H${width}"/><text x="${left - 6}" y="${y + 4}" text-anchor="end">${formatWatts(part * most)}</text>`;
  });
  const times = [0, 20, 40, 60].map((minutes) => {
    const at = from + minutes * 60;
    const anchor = minutes === 60 ? 'end' : minutes === 0 ? 'start' : 'middle';
    return html`<text x="${xOf(at)}" y="${height}" text-anchor="${anchor}">${clock(at)}</text>`;
  });
  const said =
    known.length === 0
      ? 'Nothing was measured in the last hour.'
      : `Power of the hosts in the last hour: between ${formatWatts(Math.min(...known))} and ${formatWatts(Math.max(...known))} W.`;
  return html`<svg viewBox="0 0 ${width} ${height + 6}" role="img" aria-label="${said}">${lines}${times}<path class="line" d="${pathOf(points)}"/></svg>`;
};
