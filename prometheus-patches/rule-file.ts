/** Our rules in `rule_files` of prometheus.yml, whose entries Prometheus reads as patterns from its file's folder. */
import path from 'node:path';

export interface RuleFile {
  /** As it is to stand in rule_files: relative to the folder, or absolute. */
  readonly entry: string;
  /** The folder of prometheus.yml. */
  readonly folder: string;
}

const pathOf = (folder: string, entry: string): string =>
  path.posix.isAbsolute(entry) ? path.posix.normalize(entry) : path.posix.join(folder, entry);

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Between the brackets of a pattern, where a dash makes a range. */
const formatMembers = (members: string): string =>
  members.replaceAll(/(\\?)(.)/gsu, (_, backslash: string, one: string) =>
    one === '-' ? `${backslash}-` : literal(one),
  );

/** As filepath.Match of Go reads a pattern: `*`, `?`, `[a-z]`, `[^a]`, `\` before a character that stands for itself. */
export const matchesPattern = (pattern: string, file: string): boolean => {
  const tokens = /\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|\*+|./gsu;
  const source = pattern.replaceAll(tokens, (token, escaped?: string, not?: string, members?: string) => {
    if (escaped !== undefined) return literal(escaped);
    if (members !== undefined) return `[${not}${formatMembers(members)}]`;
    if (token.startsWith('*')) return '[^/]*';
    return token === '?' ? '[^/]' : literal(token);
  });
  try {
    return new RegExp(`^${source}$`, 'u').test(file);
  } catch {
    return false; // `[z-a]`: Prometheus refuses it too
  }
};

/** Whether Prometheus reads the file because of this entry. */
export const coversRules = (entry: unknown, { entry: own, folder }: RuleFile): boolean =>
  typeof entry === 'string' && matchesPattern(pathOf(folder, entry), pathOf(folder, own));

/** Whether the entry names our file and no other. */
export const isOwnEntry = (entry: unknown, { entry: own, folder }: RuleFile): boolean =>
  typeof entry === 'string' && pathOf(folder, entry) === pathOf(folder, own);
