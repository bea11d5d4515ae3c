/** Whether stdout takes colours: a terminal, unless NO_COLOR (https://no-color.org) says otherwise. */
export const hasColour = (environment: Readonly<Record<string, string | undefined>>): boolean =>
  process.stdout.isTTY === true && (environment['NO_COLOR'] ?? '') === '';
