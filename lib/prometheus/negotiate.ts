/** What a client can read, from its request headers. */
import type { ExpositionFormat } from './exposition.ts';

interface Accepted {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly weight: number;
}

const parseAccepted = (header: string): readonly Accepted[] =>
  header.split(',').map((part) => {
    const [name = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
    const weight = parameters.find((word) => word.startsWith('q='));
    return { name, parameters, weight: weight === undefined ? 1 : Number(weight.slice(2)) || 0 };
  });

/** OpenMetrics 1.0.0 or 0.0.1 where the client prefers it, else the Prometheus text format. */
export const chooseFormat = (accept: string | undefined): ExpositionFormat => {
  const accepted = parseAccepted(accept ?? '');
  const weightOf = (test: (one: Accepted) => boolean): number =>
    Math.max(0, ...accepted.filter(test).map(({ weight }) => weight));
  const openMetrics = weightOf(
    ({ name, parameters }) =>
      name === 'application/openmetrics-text' &&
      parameters.every((word) => !word.startsWith('version=') || /^version=(?:1\.0\.0|0\.0\.1)$/.test(word)),
  );
  const text = weightOf(({ name }) => name === 'text/plain');
  return openMetrics > 0 && openMetrics >= text ? 'openmetrics' : 'prometheus';
};

export const acceptsGzip = (acceptEncoding: string | undefined): boolean => {
  const accepted = parseAccepted(acceptEncoding ?? '');
  const gzip = accepted.find(({ name }) => name === 'gzip') ?? accepted.find(({ name }) => name === '*');
  return gzip !== undefined && gzip.weight > 0;
};

/**
 * How long a scrape may take, from X-Prometheus-Scrape-Timeout-Seconds: half a second less, so that the answer
 * arrives in time, but never less than half. `undefined` without a usable header.
 */
export const scrapeBudgetMs = (header: string | undefined): number | undefined => {
  const seconds = header === undefined || header.trim() === '' ? Number.NaN : Number(header);
  if (!(seconds > 0) || seconds > 86_400) return undefined;
  return Math.max(seconds * 500, seconds * 1000 - 500);
};
