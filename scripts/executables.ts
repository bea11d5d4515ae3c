/**
 * The programs of the suite: the list stands in executables.json, so that the rules of imports can read it too.
 * knip.json and biome.json name the entries again; test/scripts/executables.test.ts compares them.
 */
import { readFileSync } from 'node:fs';

export interface Executable {
  readonly name: string;
  readonly what: string;
  /** The module that acts when it is loaded. */
  readonly entry: string;
  /** Where the build puts it; without it the program is not installed. */
  readonly file?: string;
  readonly nodeOptions?: readonly string[];
  /** A program of ours starts it in a thread, by the name of its file, and nobody else does. */
  readonly isThread?: boolean;
  /** Files of shell that run once Node is found, in this order, and start it themselves, or nothing. */
  readonly shellHead?: readonly string[];
  /** Started anew for each login or event: what is shorter starts sooner. */
  readonly startsOften?: boolean;
  /** A package that few runs need: it stands in a file of its own beside the program. */
  readonly packageApart?: string;
  /** Modules of ours that it imports when it needs them: they stand in this file beside the program. */
  readonly modulesApart?: string;
}

export const executables: readonly Executable[] = JSON.parse(
  readFileSync('scripts/executables.json', 'utf8'),
);
