/** Findings as people read them: a line each, those of a check together; long lists are folded. */
import type { Finding, Level } from './finding.ts';

const shownOfGroup = 10;
const levels: readonly Level[] = ['ok', 'warning', 'error', 'skipped'];
const colours: Readonly<Record<Level, string>> = { ok: '32', warning: '33', error: '31', skipped: '2' };
const levelWidth = Math.max(...levels.map((level) => level.length));

export const countLevels = (findings: readonly Finding[]): Readonly<Record<Level, number>> => {
  const counts = { ok: 0, warning: 0, error: 0, skipped: 0 };
  for (const { level } of findings) counts[level] += 1;
  return counts;
};

/** Of each group the first ten, then how many more. */
export const foldFindings = (findings: readonly Finding[]): readonly Finding[] => {
  const sizes = new Map<string, number>();
  const keyOf = ({ check, group }: Finding): string => `${check} ${group}`;
  for (const finding of findings) {
    if (finding.group !== undefined) sizes.set(keyOf(finding), (sizes.get(keyOf(finding)) ?? 0) + 1);
  }
  const seen = new Map<string, number>();
  return findings.flatMap((finding) => {
    if (finding.group === undefined) return [finding];
    const at = (seen.get(keyOf(finding)) ?? 0) + 1;
    seen.set(keyOf(finding), at);
    const more = (sizes.get(keyOf(finding)) ?? 0) - shownOfGroup;
    if (at > shownOfGroup + 1) return [];
    if (at <= shownOfGroup || more === 1) return [finding];
    const { check, level, next } = finding;
    const message = `and ${more} more (${finding.group}); --json has all`;
    return [{ check, level, message, ...(next === undefined ? {} : { next }) }];
  });
};

/** `2 errors, 1 warning, 30 ok, 4 skipped` */
export const formatCounts = (findings: readonly Finding[]): string => {
  const { ok, warning, error, skipped } = countLevels(findings);
  const some = (count: number, name: string): string => `${count} ${name}${count === 1 ? '' : 's'}`;
  return `${some(error, 'error')}, ${some(warning, 'warning')}, ${ok} ok, ${skipped} skipped`;
};

export const formatFindings = (findings: readonly Finding[], hasColour: boolean): string => {
  const shown = foldFindings(findings);
  const checkWidth = Math.max(0, ...shown.map(({ check }) => check.length));
  const indent = ' '.repeat(levelWidth + checkWidth + 4);
  const lines = shown.map(({ check, level, subject, message, next }, at) => {
    const padded = level.padEnd(levelWidth);
    const painted = hasColour ? `\u001b[${colours[level]}m${padded}\u001b[0m` : padded;
    const line = `${painted}  ${check.padEnd(checkWidth)}  ${subject === undefined ? '' : `${subject}: `}${message}\n`;
    // A step that mends the next line too stands below the last of them.
    const following = shown[at + 1];
    const isRepeated = following?.check === check && following.next === next;
    return next === undefined || isRepeated ? line : `${line}${indent}-> ${next}\n`;
  });
  return `${lines.join('')}\n${formatCounts(findings)}\n`;
};

/** All of them, and what they are of. */
export const formatFindingsJson = (findings: readonly Finding[], version: string, now: Date): string => {
  const all = findings.map(({ group: _, ...finding }) => finding);
  return `${JSON.stringify({ version, time: now.toISOString(), counts: countLevels(findings), findings: all }, undefined, 2)}\n`;
};
