/** Options from the environment and from a parsed configuration file. */
import { isMapping } from '../mapping.ts';
import {
  configurable,
  environmentName,
  fileName,
  type GivenOption,
  type GivenPlace,
  type OptionTable,
} from './options.ts';

export const readEnvironment = (
  table: OptionTable,
  environment: Readonly<Record<string, string | undefined>>,
): GivenPlace => {
  const given = new Map<string, GivenOption>();
  for (const [name, { isList }] of Object.entries(configurable(table))) {
    const shown = environmentName(name);
    const text = environment[shown];
    if (text === undefined) continue;
    const texts = isList === true ? text.split(/\s+/).filter((word) => word !== '') : [text];
    given.set(name, { origin: 'environment', shown, texts });
  }
  return given;
};

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;

export interface FileOptions {
  readonly given: GivenPlace;
  /** Keys, with those above them, that are no option of the table: `power.agent_timeuot`, `powr`. */
  readonly unknown: readonly string[];
  readonly problems: readonly string[];
}

/** Options from a parsed configuration file. */
export const readFileOptions = (table: OptionTable, document: unknown, path: string): FileOptions => {
  const given = new Map<string, GivenOption>();
  const unknown: string[] = [];
  const problems: string[] = [];
  const names = new Map(Object.keys(configurable(table)).map((name) => [fileName(name), name]));

  const visit = (value: unknown, at: string): void => {
    const name = names.get(at);
    const shown = `${at} in ${path}`;
    if (isMapping(value) && Object.keys(value).length > 0) {
      for (const [key, child] of Object.entries(value)) visit(child, at === '' ? key : `${at}.${key}`);
    } else if (name === undefined) unknown.push(at);
    else if (isScalar(value)) given.set(name, { origin: 'file', shown, texts: [String(value ?? '')] });
    else if (table[name]?.isList !== true) problems.push(`${shown} must be one value, not a list`);
    else if (!Array.isArray(value) || !value.every(isScalar))
      problems.push(`${shown} must be a list of values`);
    else given.set(name, { origin: 'file', shown, texts: value.map((one) => String(one ?? '')) });
  };

  if (document === null || document === undefined) return { given, unknown, problems };
  if (isMapping(document)) for (const [section, value] of Object.entries(document)) visit(value, section);
  else problems.push(`${path} must hold sections such as "power:", not a list or a single value`);
  return { given, unknown, problems };
};
