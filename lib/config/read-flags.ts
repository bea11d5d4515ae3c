/** Flags and operands of a command line. Every problem is found before one is reported. */
import { suggestion } from './nearest.ts';
import {
  type GivenOption,
  type GivenPlace,
  isBoolean,
  type OptionSpec,
  type OptionTable,
} from './options.ts';

/** How many operands a form such as `HOST [FILE...]` takes. */
export const operandCounts = (form: string): { readonly least: number; readonly most: number } => {
  const words = form.split(/\s+/).filter((word) => word !== '');
  return {
    least: words.filter((word) => !word.startsWith('[')).length,
    most: words.some((word) => word.includes('...')) ? Number.POSITIVE_INFINITY : words.length,
  };
};

/** @param doubtful how many words may be operands or values of unknown options */
const operandProblems = (form: string, operands: readonly string[], doubtful: number): readonly string[] => {
  const { least, most } = operandCounts(form);
  const count = operands.length + doubtful;
  if (count < least) return [`${form.split(/\s+/)[count]} is missing`];
  return operands.slice(most).map((word) => `${JSON.stringify(word)} is too much`);
};

/** What may follow an option as its value: a word, or a number below 0. */
const mayBeValue = (argument: string | undefined): boolean =>
  argument !== undefined && /^(?!-)|^-$|^-[\d.]/.test(argument);

/** `--name=value`, `--name`, `--no-name`. */
interface Flag {
  readonly name: string;
  readonly spec: OptionSpec<unknown>;
  readonly text: string | undefined;
}

const parseFlag = (table: OptionTable, argument: string): Flag | { readonly problem: string } => {
  const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
  if (Object.hasOwn(table, name)) {
    const spec = table[name] as OptionSpec<unknown>;
    if (spec.form === '' && value !== undefined) return { problem: `--${name} takes no value` };
    return { name, spec, text: value ?? (spec.form === '' || isBoolean(spec) ? 'true' : undefined) };
  }
  const negated = name.startsWith('no-') ? name.slice(3) : '';
  const spec = Object.hasOwn(table, negated) ? table[negated] : undefined;
  if (spec !== undefined && isBoolean(spec) && value === undefined)
    return { name: negated, spec, text: 'false' };
  const shown = argument.startsWith('--') ? `--${name}` : argument;
  const names = [...Object.keys(table), 'help'].map((one) => `--${one}`);
  return { problem: `unknown option ${shown}${suggestion(shown, names)}` };
};

export interface ReadFlags {
  readonly given: GivenPlace;
  readonly operands: readonly string[];
  readonly problems: readonly string[];
}

/**
 * `--name=value`, `--name value`, `--name` or `--no-name` for booleans; after `--` there are operands only.
 * @param operandForm what stands besides options: `[HOST...]`, '' for nothing
 */
export const readFlags = (table: OptionTable, argv: readonly string[], operandForm = ''): ReadFlags => {
  const given = new Map<string, GivenOption>();
  const operands: string[] = [];
  const problems: string[] = [];
  let doubtful = 0;
  const keep = ({ name, spec }: Flag, text: string): void => {
    const before = given.get(name)?.texts ?? [];
    if (before.length > 0 && spec.isList !== true) problems.push(`--${name} may be given once only`);
    else given.set(name, { origin: 'flag', shown: `--${name}`, texts: [...before, text] });
  };
  for (let at = 0; at < argv.length; at += 1) {
    const argument = argv[at] ?? '';
    if (argument === '--') {
      operands.push(...argv.slice(at + 1));
      break;
    }
    if (!argument.startsWith('-') || argument === '-') {
      operands.push(argument);
      continue;
    }
    const flag = parseFlag(table, argument);
    const next = argv[at + 1];
    if ('problem' in flag) {
      problems.push(flag.problem);
      if (!argument.includes('=') && mayBeValue(next)) {
        doubtful += 1;
        at += 1;
      }
    } else if (flag.text !== undefined) keep(flag, flag.text);
    else if (next === undefined || next.startsWith('--')) problems.push(`--${flag.name} needs a value`);
    else {
      keep(flag, next);
      at += 1;
    }
  }
  return { given, operands, problems: [...problems, ...operandProblems(operandForm, operands, doubtful)] };
};
