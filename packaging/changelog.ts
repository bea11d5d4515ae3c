/** CHANGELOG.md, as Debian and rpm want it. */

interface Release {
  readonly version: string;
  /** In seconds since 1970; of a version that is not released yet, the time of the build. */
  readonly time: number;
  readonly lines: readonly string[];
}

/** Releases, newest first: `## 0.1.0 (2026-12-01)` or `(unreleased)`, and a `- ` line for each change. */
export const parseChangelog = (text: string, buildTime: number): readonly Release[] =>
  text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [head = '', ...rest] = section.split('\n');
      const [, version, date] = /^(\d+\.\d+\.\d+) \((unreleased|\d{4}-\d{2}-\d{2})\)$/.exec(head) ?? [];
      if (version === undefined || date === undefined)
        throw new Error(`CHANGELOG.md: ${JSON.stringify(head)} is not VERSION (YYYY-MM-DD or unreleased)`);
      const time = date === 'unreleased' ? buildTime : Date.parse(date) / 1000;
      return {
        version,
        time,
        lines: rest.filter((line) => line.startsWith('- ')).map((line) => line.slice(2)),
      };
    });

const wrap = (text: string, first: string, indent: string, width = 79): string => {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(/\s+/)) {
    if (line.trim() !== first.trim() && line.length + word.length + 1 > width) {
      lines.push(line);
      line = indent;
    }
    line += line.endsWith(' ') ? word : ` ${word}`;
  }
  return [...lines, line].map((one) => `${one}\n`).join('');
};

const dateParts = (
  time: number,
): { readonly [part in 'weekday' | 'day' | 'month' | 'year' | 'clock']: string } => {
  const [weekday = '', day = '', month = '', year = '', clock = ''] = new Date(time * 1000)
    .toUTCString()
    .replace(',', '')
    .split(' ');
  return { weekday, day, month, year, clock };
};

export const formatDebianChangelog = (
  name: string,
  releases: readonly Release[],
  maintainer: string,
): string =>
  releases
    .map(({ version, time, lines }) => {
      const { weekday, day, month, year, clock } = dateParts(time);
      const changes = lines.map((line) => wrap(line, '  *', '    ')).join('');
      return `${name} (${version}) unstable; urgency=medium\n\n${changes}\n -- ${maintainer}  ${weekday}, ${day} ${month} ${year} ${clock} +0000\n`;
    })
    .join('\n');

/** For %changelog, where a percent sign would begin a macro. */
export const formatRpmChangelog = (releases: readonly Release[], maintainer: string): string =>
  releases
    .map(({ version, time, lines }) => {
      const { weekday, day, month, year } = dateParts(time);
      const changes = lines.map((line) => wrap(line.replaceAll('%', '%%'), '-', '  ')).join('');
      return `* ${weekday} ${month} ${day} ${year} ${maintainer} - ${version}-1\n${changes}`;
    })
    .join('\n');
