/** Values of options from the places where they may stand. */
import { withoutCredentials } from '../http/http-url.ts';
import type { GivenOption, GivenPlace, OptionSpec, OptionTable, OptionValues } from './options.ts';

type Resolved = { readonly value: unknown } | { readonly problems: readonly string[] };

const defaultTexts = ({ default: text, isList }: OptionSpec<unknown>): readonly string[] | undefined => {
  if (isList === true) return (text ?? '').split(/\s+/).filter((word) => word !== '');
  return text === undefined ? undefined : [text];
};

const resolve = (
  name: string,
  spec: OptionSpec<unknown>,
  given: GivenOption | undefined,
  relocate: (path: string) => string,
): Resolved => {
  const texts = given?.texts ?? defaultTexts(spec)?.map(relocate);
  if (texts === undefined)
    return spec.isOptional === true ? { value: undefined } : { problems: [`--${name} is missing`] };
  const values: unknown[] = [];
  const problems: string[] = [];
  for (const text of texts) {
    const parsed = spec.parse(text);
    if ('value' in parsed) values.push(parsed.value);
    else {
      const shown = JSON.stringify(withoutCredentials(text));
      problems.push(`${given?.shown ?? name} is ${shown} but must be ${parsed.mustBe}`);
    }
  }
  if (problems.length > 0) return { problems };
  return { value: spec.isList === true ? values.flat() : values[0] };
};

/** Values of all options, from the first place that gives one; a default path may be `relocate`d. */
export const resolveOptions = <Table extends OptionTable>(
  table: Table,
  places: readonly GivenPlace[],
  relocate: (path: string) => string = (path) => path,
): { readonly values: OptionValues<Table>; readonly problems: readonly string[] } => {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(table)) {
    const given = places.map((place) => place.get(name)).find((option) => option !== undefined);
    const resolved = resolve(name, spec, given, relocate);
    if ('value' in resolved) values[name] = resolved.value;
    else problems.push(...resolved.problems);
  }
  return { values: values as OptionValues<Table>, problems };
};
