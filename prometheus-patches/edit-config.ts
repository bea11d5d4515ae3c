/**
 * An edit of prometheus.yml that is read again and compared with what it was to be: a file that cannot be edited
 * safely is refused, and every byte that is not replaced stays.
 */
import { type Node, parseAllDocuments } from 'yaml';
import { reasonOf } from '../lib/errors/oneext-error.ts';
import { isMapping, type Mapping, readMapping } from '../lib/mapping.ts';
import { applyEdits, type Edit, type EditResult, lineBreakOf } from '../lib/text/text-edit.ts';
import { strictForm } from './config-model.ts';

export interface ReadConfig {
  readonly root: Node | null;
  readonly config: Mapping;
  readonly documents: number;
}

export interface ConfigEdit {
  readonly planEdits: (text: string, read: ReadConfig) => readonly Edit[];
  /** What the configuration must say afterwards. */
  readonly expected: (before: Mapping) => Mapping;
  readonly describe: (before: Mapping) => readonly string[];
  /** What is left as it is and not compared. */
  readonly kept: (before: Mapping) => readonly string[];
}

/** A reason to leave the file alone. */
export class Refusal extends Error {}

const readConfig = (text: string): ReadConfig => {
  const documents = parseAllDocuments(text, { keepSourceTokens: true, merge: true });
  if (!Array.isArray(documents)) return { root: null, config: {}, documents: 0 };
  const problem = documents.flatMap(({ errors }) => errors)[0];
  if (problem !== undefined)
    throw new Refusal(problem.message.split('\n')[0]?.replace(/:$/, '') ?? 'no YAML');
  const [first] = documents; // Prometheus reads the first document and no other
  const value: unknown = first?.toJS({ maxAliasCount: 10_000 });
  if (value !== null && value !== undefined && !isMapping(value)) throw new Refusal('it holds no mapping');
  return { root: first?.contents ?? null, config: readMapping(value), documents: documents.length };
};

const edit = (text: string, { planEdits, expected, describe, kept }: ConfigEdit): EditResult => {
  // A last line without its end gets one while lines are added behind it.
  const whole = text === '' || text.endsWith('\n') ? text : text + lineBreakOf(text);
  const before = readConfig(text);
  const left = kept(before.config);
  const notes = left.length === 0 ? {} : { kept: left };
  const edits = planEdits(whole, readConfig(whole));
  if (edits.length === 0) return { kind: 'edited', text, changes: [], ...notes };
  const edited = applyEdits(whole, edits);
  const isLastTouched = edits.some(({ to }) => to > text.length);
  const result = isLastTouched ? edited : edited.slice(0, edited.length - (whole.length - text.length));
  const after = readConfig(result);
  if (
    strictForm(after.config) !== strictForm(expected(before.config)) ||
    after.documents !== Math.max(1, before.documents)
  ) {
    throw new Refusal(
      'its form is one that cannot be edited without changing something else (anchors that are used elsewhere, or an unusual layout)',
    );
  }
  return { kind: 'edited', text: result, changes: describe(before.config), ...notes };
};

export const editConfig = (text: string, wanted: ConfigEdit): EditResult => {
  try {
    return edit(text, wanted);
  } catch (thrown) {
    return { kind: 'refused', detail: reasonOf(thrown) };
  }
};
