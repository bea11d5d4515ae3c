/** Reads a page of metrics for assertions: `name{labels}` with sorted labels -> value. */

const seriesOf = (line: string): readonly [string, number] => {
  const end = line.lastIndexOf(' ');
  const [, name = '', labels = ''] = /^([\w:]+)(?:\{(.*)\})?$/.exec(line.slice(0, end)) ?? [];
  const sorted = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([pair]) => pair).sort();
  const text = line.slice(end + 1);
  const value = text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
  return [sorted.length === 0 ? name : `${name}{${sorted.join(',')}}`, value];
};

/** Fails on a line that is no sample, and on a series that stands twice. */
export const readSamples = (page: string): ReadonlyMap<string, number> => {
  const samples = new Map<string, number>();
  for (const line of page.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [series, value] = seriesOf(line);
    if (!/^\w/.test(series)) throw new Error(`no sample: ${line}`);
    if (samples.has(series)) throw new Error(`twice on the page: ${series}`);
    samples.set(series, value);
  }
  return samples;
};

/** The samples of one family, in the page's order: label text -> value. */
export const familyOf = (page: string, name: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...readSamples(page)].flatMap(([series, value]) => {
      const brace = series.indexOf('{');
      const own = brace < 0 ? series : series.slice(0, brace);
      return own === name ? [[brace < 0 ? '' : series.slice(brace), value]] : [];
    }),
  );
