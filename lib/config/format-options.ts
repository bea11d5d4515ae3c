/** How options are shown: for --help, the manual page, completions and documents. */
import { isBoolean, type OptionSpec, type OptionTable } from './options.ts';

/** `--jobs`, `--[no-]collector.vm`: without its value. */
export const flagName = (name: string, spec: OptionSpec<unknown>): string =>
  isBoolean(spec) ? `--[no-]${name}` : `--${name}`;

/** `--jobs=N`, `--[no-]collector.vm`, `--json`. */
export const shownFlag = (name: string, spec: OptionSpec<unknown>): string => {
  const flag = flagName(name, spec);
  return spec.form === '' || isBoolean(spec) ? flag : `${flag}=${spec.form}`;
};

const shownDefault = (spec: OptionSpec<unknown>): string | undefined => {
  if (spec.form === '' || spec.isOptional === true) return undefined;
  if (spec.default === undefined) return spec.isList === true ? undefined : 'required';
  return `default: ${spec.default === '' ? 'none' : spec.default}`;
};

/** What the option means, and whether it may be repeated. */
export const meaningOf = ({ help, isList }: OptionSpec<unknown>): string =>
  isList === true ? `${help}; may be given several times` : help;

/** What the option means, whether it may be repeated, and its default. */
export const describeOption = (spec: OptionSpec<unknown>): string => {
  const fallback = shownDefault(spec);
  return `${meaningOf(spec)}${fallback === undefined ? '' : ` (${fallback})`}`;
};

/** The options of a program for --help, one a paragraph. */
export const formatHelp = (table: OptionTable): string =>
  Object.entries(table)
    .map(([name, spec]) => `  ${shownFlag(name, spec)}\n      ${describeOption(spec)}\n`)
    .join('');
