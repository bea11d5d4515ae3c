/** Options of verbs that may stand in the environment and in oneext.yaml too. */
import { describeOption } from '../lib/config/format-options.ts';
import type { OptionTable } from '../lib/config/options.ts';
import { sections } from '../lib/config/sections.ts';
import { type GivenOptions, readOptions } from '../lib/io/read-options.ts';
import { type Given, type Terminal, textOf, type VerbOption } from './command.ts';

/** For --help and the command line. */
export const verbOptions = (table: OptionTable): Readonly<Record<string, VerbOption>> =>
  Object.fromEntries(
    Object.entries(table).map(([name, spec]) => [name, { form: spec.form, help: describeOption(spec) }]),
  );

/** Flags win over the environment, the environment over the file. Fails as `readOptions` does. */
export const readConfigured = async <Table extends OptionTable>(
  table: Table,
  given: Given,
  terminal: Terminal,
): Promise<GivenOptions<Table>> => {
  const argv = Object.keys(table).flatMap((name) => {
    const text = textOf(given, name);
    return text === undefined ? [] : [`--${name}=${text}`];
  });
  return readOptions({ table, argv, environment: terminal.environment, answersFor: Object.keys(sections) });
};
