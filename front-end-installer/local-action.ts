/**
 * An action of a virtualization driver that runs on the front-end: `-l ACTION=SCRIPT` in ARGUMENTS of a VM_MAD.
 *
 * The driver takes the last -l and no other, so that an action joins that list. Of a driver whose executable is
 * not one_vmm_exec nobody knows what its arguments mean.
 */

import { type Attribute, lineOf, type Value } from '../lib/one/oned-template.ts';
import { type EditPlan, joinPlans, nothing, problem, removeItems } from './edit-plan.ts';
import { parseActions, parseVmmArguments, type VmmArguments } from './vmm-arguments.ts';

export interface WantedAction {
  /** Names of VM_MADs; those that are not in the file are passed over. */
  readonly drivers: readonly string[];
  readonly action: string;
  readonly script: string;
}

export interface VmDriver {
  readonly attribute: Attribute;
  readonly name: string;
  readonly executable: string;
  readonly arguments: Value | undefined;
}

export const vmDriversOf = (attributes: readonly Attribute[]): readonly VmDriver[] =>
  attributes.flatMap((attribute) => {
    const { name, vector } = attribute;
    if (name !== 'VM_MAD' || vector === undefined) return [];
    const textOf = (key: string): string => vector.get(key)?.text ?? '';
    return [
      {
        attribute,
        name: textOf('NAME'),
        executable: textOf('EXECUTABLE'),
        arguments: vector.get('ARGUMENTS'),
      },
    ];
  });

const isKnown = ({ executable }: VmDriver): boolean => /(?:^|\/)one_vmm_exec$/.test(executable);

interface Place {
  readonly parsed: VmmArguments;
  /** As it stands in the file, from `offset` on. */
  readonly source: string;
  readonly offset: number;
  /** The list of -l as it stands in the file. */
  readonly list: string | undefined;
}

const placeOf = (text: string, value: Value): Place => {
  const source = text.slice(value.from, value.to);
  const parsed = parseVmmArguments(source);
  const list = parsed.local;
  return {
    parsed,
    source,
    offset: value.from,
    list: list === undefined ? undefined : source.slice(list.value.from, list.value.to),
  };
};

const actionsIn = (list: string | undefined): ReadonlyMap<string, string> =>
  parseActions((list ?? '').replaceAll('\\"', '"'));

/** What the driver runs on the front-end; nothing where its arguments cannot be read. */
export const localActionsOf = (text: string, driver: VmDriver): ReadonlyMap<string, string> =>
  driver.arguments === undefined || !isKnown(driver)
    ? new Map()
    : actionsIn(placeOf(text, driver.arguments).list);

const addTo = (text: string, driver: VmDriver, { action, script }: WantedAction): EditPlan => {
  const { name, executable, arguments: value, attribute } = driver;
  const at = `line ${lineOf(text, value?.from ?? attribute.from)}: VM_MAD ${name}`;
  const byHand = `add -l ${action}=${script} by hand`;
  if (!isKnown(driver)) {
    return problem(
      `${at} runs ${executable}, whose arguments are its own; ${byHand} if it takes that option`,
    );
  }
  if (value === undefined) return problem(`${at} has no ARGUMENTS; it needs them to start`);
  const { parsed, offset, list } = placeOf(text, value);
  const present = actionsIn(list).get(action.toLowerCase());
  if (present === script) return nothing;
  if (present !== undefined) {
    return problem(
      `${at} runs ${action} by the script ${present} already (-l ${list}); take ${action} out of -l to have ${script} instead`,
    );
  }
  if (parsed.problem !== undefined) {
    return problem(`${at} has ARGUMENTS with which it would not start: ${parsed.problem}; correct them`);
  }
  if (!value.isQuoted) return problem(`${at} needs quotes around the value of ARGUMENTS`);
  const pair = `${action}=${script}`;
  const place = offset + (parsed.local?.value.to ?? parsed.operandsAt);
  return {
    ...nothing,
    edits: [{ from: place, to: place, text: list === undefined ? `-l ${pair} ` : `,${pair}` }],
    changes: [`VM_MAD ${name}: ${list === undefined ? '-l ' : ''}${pair} added to ARGUMENTS`],
  };
};

export const planLocalAction = (
  text: string,
  attributes: readonly Attribute[],
  wanted: WantedAction,
): EditPlan => {
  const drivers = vmDriversOf(attributes);
  const found = wanted.drivers.flatMap((name) => {
    const named = drivers.filter((driver) => driver.name === name);
    return named.length === 0 ? [] : [named];
  });
  if (found.length === 0) {
    return problem(
      `it has no VM_MAD named ${wanted.drivers.join(' or ')}; name the drivers that it has: ${drivers.map(({ name }) => JSON.stringify(name)).join(', ') || 'none'}`,
    );
  }
  return joinPlans(
    found.map((named) => {
      const [driver, second] = named;
      if (second !== undefined) {
        return problem(
          `line ${lineOf(text, second.attribute.from)}: VM_MAD ${second.name} stands there a second time, with which oned does not start; remove one`,
        );
      }
      return driver === undefined ? nothing : addTo(text, driver, wanted);
    }),
  );
};

const removeFrom = (text: string, driver: VmDriver, { action, script }: WantedAction): EditPlan => {
  const { name, arguments: value } = driver;
  if (value === undefined || !isKnown(driver)) return nothing;
  const { parsed, source, offset, list } = placeOf(text, value);
  const isOurs = (item: string): boolean => actionsIn(item).get(action.toLowerCase()) === script;
  if (parsed.local === undefined || list === undefined || !list.split(',').some(isOurs)) return nothing;
  const changes = [`VM_MAD ${name}: ${action}=${script} removed from ARGUMENTS`];
  if (!list.split(',').every(isOurs)) {
    return { ...nothing, changes, edits: removeItems(list, offset + parsed.local.value.from, isOurs) };
  }
  const { from, to } = parsed.local.option;
  const behind = /^[ \t\n]*/.exec(source.slice(to))?.[0].length ?? 0;
  const isLast = to + behind === source.length;
  const before = isLast ? (/[ \t\n]*$/.exec(source.slice(0, from))?.[0].length ?? 0) : 0;
  const edit = parsed.local.isBehindLetters
    ? { from: offset + from, to: offset + to, text: '' }
    : { from: offset + from - before, to: offset + to + (isLast ? 0 : behind), text: '' };
  return { ...nothing, changes, edits: [edit] };
};

export const planWithoutLocalAction = (
  text: string,
  attributes: readonly Attribute[],
  wanted: WantedAction,
): EditPlan =>
  joinPlans(
    vmDriversOf(attributes)
      .filter(({ name }) => wanted.drivers.includes(name))
      .map((driver) => removeFrom(text, driver, wanted)),
  );
