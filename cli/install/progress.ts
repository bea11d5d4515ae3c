/** What install and uninstall say of their steps. */
import { withoutRepeats } from '../../front-end-installer/format-plan.ts';
import type { Terminal } from '../command.ts';

export const formatPlan = (lines: readonly string[]): string =>
  `would:\n${withoutRepeats(lines)
    .map((line) => `  ${line.replaceAll('\n', '\n  ')}\n`)
    .join('')}`;

/** Tells each step; of several that are told alike, the first. */
export const newLines = ({ writeNote }: Terminal): ((line: string) => void) => {
  let last = '';
  return (line) => {
    if (line !== last) writeNote(`${line}\n`);
    last = line;
  };
};
