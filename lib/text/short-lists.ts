/** Long lists for people, who read a screen and not a file: the first of them, and how many there are besides. */

/** `a, b, c and 47 more` */
export const fewOf = (names: readonly string[], most = 3): string => {
  const more = names.length - most;
  return more > 1 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ');
};

const markOf = (line: string): string => /^\s*[-+](?= )/.exec(line)?.[0] ?? '';

/** Of lines that follow each other with the same mark (`  + `, `  - `) the first ones. */
export const foldLines = (lines: readonly string[], most = 3): readonly string[] => {
  const runs: { mark: string; lines: string[] }[] = [];
  for (const line of lines) {
    const mark = markOf(line);
    const last = runs.at(-1);
    if (last !== undefined && mark !== '' && last.mark === mark) last.lines.push(line);
    else runs.push({ mark, lines: [line] });
  }
  return runs.flatMap((run) => {
    const more = run.lines.length - most;
    return more > 1 ? [...run.lines.slice(0, most), `${run.mark} ${more} more`] : run.lines;
  });
};

/** One line, of what a program may have said in many. */
export const shortLine = (text: string, most = 200): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= most ? line : `${line.slice(0, most)}...`;
};
