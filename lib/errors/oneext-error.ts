/**
 * Failures that we expect. Each component has a table of its own, in its errors.ts; docs/errors.md has them all.
 *
 * `message` says what happened, with the values in braces; `hint` says what to do next, with the option or
 * the command. `exitCode` is used by programs that end with the error: 1 failed, 2 usage, 10 a check found something to change, 75 try again,
 * 77 denied, 78 configuration.
 */
export interface ExpectedError {
  readonly exitCode: 1 | 2 | 10 | 75 | 77 | 78;
  readonly message: string;
  readonly hint: string;
}

export type ErrorTable = Readonly<Record<string, ExpectedError>>;

/** The names between braces in a message: 'cannot read {path}: {detail}' has 'path' and 'detail'. */
export type PlaceholdersOf<Message extends string> = Message extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PlaceholdersOf<Rest>
  : never;

type FieldsOf<Names extends string> = Readonly<Record<Names, string | number>>;

/** What a message has no place for: a field of such a name does not compile. */
type NoOthers<Fields, Names extends string> = { readonly [Name in Exclude<keyof Fields, Names>]: never };

/** An expected failure: what happened (message), what to do next (hint), how a program ends (exitCode). */
export class OneExtError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly exitCode: ExpectedError['exitCode'];

  constructor(code: string, { message, hint, exitCode }: ExpectedError, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'OneExtError';
    this.code = code;
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

const fillIn = (template: string, fields: FieldsOf<string>): string =>
  template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(fields[name]));

/** Makes the errors of one table; the fields must be just those that the message of the code has places for. */
export interface ErrorMaker<Table extends ErrorTable> {
  <Code extends keyof Table & string, Fields extends FieldsOf<PlaceholdersOf<Table[Code]['message']>>>(
    code: Code,
    fields: Fields & NoOthers<Fields, PlaceholdersOf<Table[Code]['message']>>,
    cause?: unknown,
  ): OneExtError;
  readonly table: Table;
  /** Whether what was thrown is one of this table's errors, with one of these codes. */
  readonly is: (thrown: unknown, ...codes: readonly (keyof Table & string)[]) => thrown is OneExtError;
}

export const defineErrors = <const Table extends ErrorTable>(table: Table): ErrorMaker<Table> => {
  const make = (code: string, fields: FieldsOf<string>, cause?: unknown): OneExtError => {
    const expected = table[code];
    if (expected === undefined) throw new Error(`no expected error has the code ${code}`);
    return new OneExtError(code, { ...expected, message: fillIn(expected.message, fields) }, cause);
  };
  const is = (thrown: unknown, ...codes: readonly string[]): thrown is OneExtError =>
    thrown instanceof OneExtError && codes.includes(thrown.code);
  return Object.assign(make, { table, is });
};

/** How a path begins that leads through an open folder (lib/io/held-folder.ts): it means nothing to a reader. */
const throughOpenFolder = /\/proc\/self\/fd\/\d+\//g;

/** The text of anything that was thrown, for a log line or for the `detail` of an expected failure. */
export const reasonOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown instanceof AggregateError && thrown.message === '') {
    return thrown.errors.map(reasonOf).join('; ');
  }
  return thrown.message === '' ? thrown.name : thrown.message.replaceAll(throughOpenFolder, '');
};
