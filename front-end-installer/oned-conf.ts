/**
 * Reads and edits oned.conf: an authentication driver and a local action come in, or go again, and every other
 * byte stays: comments, layout, line ends.
 *
 * A text is the file's bytes, one character each: read and write the file as latin1, so that bytes that are no
 * UTF-8 survive too. What an edit gives is read again before it is trusted.
 *
 * revert(edit(x)) is x for every x without what is wanted; edit(edit(x)) is edit(x).
 */

import { type Attribute, lineOf, parseTemplate } from '../lib/one/oned-template.ts';
import { applyEdits, type EditResult } from '../lib/text/text-edit.ts';
import {
  authMadOf,
  authnOf,
  confsOf,
  driversOf,
  hasBlanks,
  planAuthDriver,
  planWithoutAuthDriver,
  type WantedDriver,
} from './auth-driver.ts';
import { type EditPlan, joinPlans, nothing } from './edit-plan.ts';
import {
  localActionsOf,
  planLocalAction,
  planWithoutLocalAction,
  vmDriversOf,
  type WantedAction,
} from './local-action.ts';

export interface OnedConf {
  /** The authentication drivers that AUTHN enables. */
  readonly authDrivers: readonly string[];
  /** AUTH_MAD has no AUTHN: every driver is enabled that has a folder in remotes/auth. */
  readonly isEveryAuthDriver: boolean;
  /** AUTH_MAD_CONF: name, in small letters as oned compares without case -> KEY -> value. */
  readonly authConf: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly vmDrivers: readonly {
    readonly name: string;
    readonly executable: string;
    readonly arguments: string;
    /** What it runs on the front-end: action, in small letters -> script. */
    readonly localActions: ReadonlyMap<string, string>;
  }[];
  /** What oned does not read, or reads otherwise than it looks. */
  readonly problems: readonly string[];
}

export interface OnedConfWanted {
  readonly authDriver?: WantedDriver;
  readonly localAction?: WantedAction;
}

const twice = (text: string, of: readonly Attribute[], what: string): readonly string[] =>
  of.length < 2 ? [] : [`line ${lineOf(text, of[1]?.from ?? 0)}: ${what}`];

/** A carriage return is no blank to oned: behind a last value it belongs to it, and the quotes do too. */
const carriageReturns = (text: string, attributes: readonly Attribute[]): readonly string[] => {
  const values = attributes.flatMap(({ single, vector }) => [single, ...(vector?.values() ?? [])]);
  const found = values.find((value) => value?.isQuoted === false && value.text.endsWith('\r'));
  if (found === undefined) return [];
  return [
    `line ${lineOf(text, found.from)}: oned takes the carriage return for a part of the value; end the lines with a line feed alone`,
  ];
};

const problemsOf = (text: string, attributes: readonly Attribute[]): readonly string[] => {
  const authn = authnOf(attributes);
  const mads = attributes.filter(({ name, vector }) => name === 'AUTH_MAD' && vector !== undefined);
  const drivers = vmDriversOf(attributes);
  const names = new Set(drivers.map(({ name }) => name));
  return [
    ...carriageReturns(text, attributes),
    ...twice(text, mads, 'AUTH_MAD stands there a second time; oned takes the first'),
    ...(authn !== undefined && hasBlanks(authn.text)
      ? [`line ${lineOf(text, authn.from)}: AUTHN has a blank; what stands behind it does not count`]
      : []),
    ...[...names].flatMap((name) => {
      const same = drivers.filter((driver) => driver.name === name).map(({ attribute }) => attribute);
      return twice(text, same, `VM_MAD ${name} stands there a second time; oned does not start with it`);
    }),
  ];
};

const readAuthConf = (attributes: readonly Attribute[]): OnedConf['authConf'] => {
  const conf = new Map<string, ReadonlyMap<string, string>>();
  for (const { name, vector } of attributes) {
    const driver = vector?.get('NAME')?.text.toLowerCase();
    if (name !== 'AUTH_MAD_CONF' || vector === undefined || driver === undefined || conf.has(driver))
      continue;
    conf.set(driver, new Map([...vector].map(([key, value]) => [key, value.text])));
  }
  return conf;
};

export const readOnedConf = (text: string): OnedConf => {
  const { attributes, problem } = parseTemplate(text);
  const authn = authnOf(attributes);
  return {
    authDrivers: driversOf(authn?.text ?? ''),
    isEveryAuthDriver: authn === undefined && authMadOf(attributes) !== undefined,
    authConf: readAuthConf(attributes),
    vmDrivers: vmDriversOf(attributes).map((driver) => ({
      name: driver.name,
      executable: driver.executable,
      arguments: driver.arguments?.text ?? '',
      localActions: localActionsOf(text, driver),
    })),
    problems: [...(problem === undefined ? [] : [problem]), ...problemsOf(text, attributes)],
  };
};

type Planner = (text: string, attributes: readonly Attribute[], wanted: OnedConfWanted) => EditPlan;

const planEdit: Planner = (text, attributes, { authDriver, localAction }) =>
  joinPlans([
    authDriver === undefined ? nothing : planAuthDriver(text, attributes, authDriver),
    localAction === undefined ? nothing : planLocalAction(text, attributes, localAction),
  ]);

const planRevert: Planner = (text, attributes, { authDriver, localAction }) =>
  joinPlans([
    authDriver === undefined ? nothing : planWithoutAuthDriver(text, attributes, authDriver),
    localAction === undefined ? nothing : planWithoutLocalAction(text, attributes, localAction),
  ]);

/** What of a file no edit may change. */
const othersOf = (attributes: readonly Attribute[], { authDriver, localAction }: OnedConfWanted): string => {
  const confs = authDriver === undefined ? [] : confsOf(attributes, authDriver.name);
  const others = attributes
    .filter((attribute) => !confs.includes(attribute))
    .map((attribute) => {
      const { name, single, vector } = attribute;
      const isOurs = (key: string): boolean =>
        (authDriver !== undefined && attribute === authMadOf(attributes) && key === 'AUTHN') ||
        (name === 'VM_MAD' &&
          key === 'ARGUMENTS' &&
          (localAction?.drivers.includes(vector?.get('NAME')?.text ?? '') ?? false));
      const pairs = [...(vector ?? [])].map(([key, value]) => [key, isOurs(key) ? '' : value.text]);
      return [name, single?.text ?? null, pairs];
    });
  return JSON.stringify(others);
};

/** Values that need no escapes: what we write is read as it was meant. */
const isPlain = ({ authDriver, localAction }: OnedConfWanted): boolean => {
  const words = [authDriver?.name ?? 'x', localAction?.action ?? 'x', localAction?.script ?? 'x'];
  return (
    words.every((word) => /^[\w.-]+$/.test(word)) &&
    [...(authDriver?.conf ?? [])].every(([key, value]) => /^[A-Z_]+$/.test(key) && !/["\\\0\r\n]/.test(value))
  );
};

const change = (planner: Planner, text: string, wanted: OnedConfWanted): EditResult => {
  const refused = (detail: string): EditResult => ({ kind: 'refused', detail });
  if (!isPlain(wanted)) return refused('what is to be added is no plain name or value');
  const before = parseTemplate(text);
  if (before.problem !== undefined)
    return refused(`oned does not read it, ${before.problem}; correct that line`);
  const { edits, changes, problems } = planner(text, before.attributes, wanted);
  if (problems.length > 0) return refused(problems.join('; '));
  if (edits.length === 0) return { kind: 'edited', text, changes };
  const result = applyEdits(text, edits);
  const after = parseTemplate(result);
  const isSound =
    after.problem === undefined &&
    planner(result, after.attributes, wanted).edits.length === 0 &&
    othersOf(after.attributes, wanted) === othersOf(before.attributes, wanted);
  if (!isSound) {
    const lines = edits.map(({ from }) => lineOf(text, from)).join(', ');
    return refused(`line ${lines}: the layout is one that cannot be edited safely; make the change by hand`);
  }
  return { kind: 'edited', text: result, changes };
};

/** Brings in what is wanted; what is there already stays as it is. */
export const editOnedConf = (text: string, wanted: OnedConfWanted): EditResult =>
  change(planEdit, text, wanted);

/** Takes away what editOnedConf brings in; what people have changed of it stays, and a line says so. */
export const revertOnedConf = (text: string, wanted: OnedConfWanted): EditResult =>
  change(planRevert, text, wanted);
