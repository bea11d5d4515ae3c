import { type ErrorCode, type ExpectedError, expectedErrors } from './expected-errors.ts';

type Fields = Readonly<Record<string, string | number>>;

const fillIn = (template: string, fields: Fields): string =>
  template.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) =>
    Object.hasOwn(fields, name) ? String(fields[name]) : placeholder,
  );

/** An expected failure: what happened (message), what to do next (hint), how a program ends (exitCode). */
export class OneExtError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly exitCode: ExpectedError['exitCode'];

  constructor(code: ErrorCode, fields: Fields, cause?: unknown) {
    const { message, hint, exitCode } = expectedErrors[code];
    super(fillIn(message, fields), cause === undefined ? undefined : { cause });
    this.name = 'OneExtError';
    this.code = code;
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** The text of anything that was thrown, for a log line or for the `detail` of an expected failure. */
export const reasonOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown instanceof AggregateError && thrown.message === '') {
    return thrown.errors.map(reasonOf).join('; ');
  }
  return thrown.message === '' ? thrown.name : thrown.message;
};
