/** A straight line through points, which points that lie far off bend little (Huber's weights). */

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly weight: number;
}

export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** Standard errors. */
  readonly slopeError: number;
  readonly interceptError: number;
  /** Root mean square of what the line misses, of all points. */
  readonly residual: number;
}

const rounds = 8;
/** A line that moves by no more than this part of itself will not move on. */
const leastMove = 1e-6;
/** How many typical misses away a point counts less; Huber's usual choice. */
const tuning = 1.345;

/** Weighted least squares; `undefined` where the points do not determine a line. */
const fitOnce = (points: readonly Point[]): Line | undefined => {
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (of: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + point.weight * of(point), 0) / total;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const spread = mean((point) => (point.x - x) ** 2);
  if (!(spread > 0) || points.length < 3) return undefined;
  const slope = mean((point) => (point.x - x) * (point.y - y)) / spread;
  const intercept = y - slope * x;
  const square = mean((point) => (point.y - intercept - slope * point.x) ** 2);
  const variance = (square * points.length) / (points.length - 2);
  return {
    slope,
    intercept,
    slopeError: Math.sqrt(variance / (points.length * spread)),
    interceptError: Math.sqrt((variance / points.length) * (1 + x ** 2 / spread)),
    residual: Math.sqrt(square),
  };
};

const medianOf = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

const isOther = (one: Line, other: Line): boolean =>
  Math.abs(other.slope - one.slope) > leastMove * Math.abs(one.slope) ||
  Math.abs(other.intercept - one.intercept) > leastMove * Math.abs(one.intercept);

/** Points that count less miss the line all the same. */
const withMisses = (line: Line | undefined, points: readonly Point[]): Line | undefined => {
  if (line === undefined) return undefined;
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const squares = points.reduce(
    (sum, { x, y, weight }) => sum + weight * (y - line.intercept - line.slope * x) ** 2,
    0,
  );
  return { ...line, residual: Math.sqrt(squares / total) };
};

/** Points that lie far off weigh little. */
const fitRobustly = (points: readonly Point[]): Line | undefined => {
  let line = fitOnce(points);
  for (let round = 0; round < rounds && line !== undefined; round += 1) {
    const { slope, intercept } = line;
    const misses = points.map(({ x, y }) => Math.abs(y - intercept - slope * x));
    const typical = 1.4826 * medianOf(misses);
    if (typical === 0) return line;
    const next = fitOnce(
      points.map((point, at) => ({
        ...point,
        weight: point.weight * Math.min(1, (tuning * typical) / (misses[at] || Number.MIN_VALUE)),
      })),
    );
    if (next === undefined || !isOther(line, next)) return next;
    line = next;
  }
  return line;
};

export const fitLine = (points: readonly Point[]): Line | undefined =>
  withMisses(fitRobustly(points), points);

/** What a curve of the second degree through the points is above the line where x is 0, and how uncertain that is. */
export interface Bend {
  readonly atZero: number;
  /** Standard error: from what the curve misses, or from `errorOf` where so few points are always met. */
  readonly error: number;
}

/** @param errorOf the standard error of a point's y */
export const bendOf = (
  points: readonly Point[],
  { slope, intercept }: Line,
  errorOf: (at: number) => number,
): Bend => {
  const squares = fitOnce(points.map((point) => ({ ...point, y: point.x ** 2 })));
  if (squares === undefined) return { atZero: 0, error: Number.POSITIVE_INFINITY };
  /** The part of x squared that no line follows. */
  const partOf = (x: number): number => x ** 2 - squares.intercept - squares.slope * x;
  const sumOf = (of: (point: Point, at: number) => number): number =>
    points.reduce((sum, point, at) => sum + of(point, at), 0);
  const missOf = ({ x, y }: Point): number => y - intercept - slope * x;
  const total = sumOf(({ x, weight }) => weight * partOf(x) ** 2);
  if (!(total > 0)) return { atZero: 0, error: Number.POSITIVE_INFINITY };
  const bend = sumOf((point) => point.weight * partOf(point.x) * missOf(point)) / total;
  const left = sumOf((point) => point.weight * (missOf(point) - bend * partOf(point.x)) ** 2);
  const variance =
    points.length > 3
      ? left / (points.length - 3) / total
      : sumOf(({ x, weight }, at) => (weight * partOf(x) * errorOf(at)) ** 2) / total ** 2;
  return { atZero: bend * partOf(0), error: Math.sqrt(variance) * Math.abs(partOf(0)) };
};
