/** Reads a YAML file; comments and order do not matter here. */
import { readFile } from 'node:fs/promises';
import { commonError } from '../errors/common-errors.ts';
import { reasonOf } from '../errors/oneext-error.ts';
import { isMissing } from '../errors/system-error.ts';

/**
 * The document as plain values, `undefined` when `mayBeMissing` and there is no file. Fails with
 * CONFIG_UNREADABLE, whose detail names every syntax error with its line.
 */
export const readYaml = async (path: string, mayBeMissing: boolean): Promise<unknown> => {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (thrown) {
    if (mayBeMissing && isMissing(thrown)) return undefined;
    throw commonError('CONFIG_UNREADABLE', { path, detail: reasonOf(thrown) }, thrown);
  }
  if (content.trim() === '') return undefined;
  // Loaded where there is a file: hooks mostly run without one, and start ten at a time.
  const { parseDocument } = await import('yaml');
  const document = parseDocument(content, { prettyErrors: true });
  if (document.errors.length > 0) {
    const detail = document.errors.map(({ message }) => message.split('\n')[0]?.replace(/:$/, '')).join('; ');
    throw commonError('CONFIG_UNREADABLE', { path, detail });
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (thrown) {
    const detail = `${reasonOf(thrown)} (a value that begins with * must be quoted)`;
    throw commonError('CONFIG_UNREADABLE', { path, detail }, thrown);
  }
};
