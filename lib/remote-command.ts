/** An argv array as the one string that ssh hands to the login shell of a host: the only place that quotes. */
export type Argv = readonly [string, ...string[]];

export const quoteForShell = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

export const formatRemoteCommand = (argv: Argv): string => argv.map(quoteForShell).join(' ');
