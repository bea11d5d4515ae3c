/** A plan as text, for `--dry-run`: what would be run where, and how it would be undone. */

import { type Argv, quoteForShell } from '../lib/remote-command.ts';
import type { Step } from './steps.ts';

const formatArgv = (argv: Argv): string =>
  argv.map((word) => (word.includes('\n') ? '<script>' : quoteForShell(word))).join(' ');

export const formatPlan = (steps: readonly Step[]): string =>
  steps
    .map(({ host, what, argv, undo, noFail }) => {
      const mayFail = noFail === true ? ' (may fail)' : '';
      const undone = undo === undefined ? '' : `\n    undo: ${formatArgv(undo)}`;
      return `${host} ${what}${mayFail}\n    ${formatArgv(argv)}${undone}\n`;
    })
    .join('');
