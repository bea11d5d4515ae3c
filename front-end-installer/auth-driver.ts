/**
 * An authentication driver in oned.conf: its name in AUTHN of AUTH_MAD, and its block AUTH_MAD_CONF.
 *
 * oned takes the first AUTH_MAD. It hands AUTHN to the driver as a word of a command line, so that a list ends at
 * the first blank. Without AUTHN every driver is enabled that has a folder in remotes/auth: there, adding one name
 * would disable all others. Of AUTH_MAD_CONF the first with the name counts, whose case does not matter.
 *
 * Source: OpenNebula, AuthManager::load_drivers, Nebula::get_conf_attribute, src/authm_mad/one_auth_mad.rb.
 */

import { type Attribute, lineOf, type Value } from '../lib/one/oned-template.ts';
import { lineBreakOf } from '../lib/text/text-edit.ts';
import { type EditPlan, lineEnd, nothing, problem, removeItems } from './edit-plan.ts';

export interface WantedDriver {
  readonly name: string;
  /** Keys in capitals. */
  readonly conf: ReadonlyMap<string, string>;
}

const vectorsOf = (attributes: readonly Attribute[], name: string): readonly Attribute[] =>
  attributes.filter((one) => one.name === name && one.vector !== undefined);

/** Of the attributes that oned looks at. */
export const authMadOf = (attributes: readonly Attribute[]): Attribute | undefined =>
  vectorsOf(attributes, 'AUTH_MAD')[0];

/** AUTHN, unless it is absent or empty, which is the same to oned. */
export const authnOf = (attributes: readonly Attribute[]): Value | undefined => {
  const authn = authMadOf(attributes)?.vector?.get('AUTHN');
  return authn === undefined || authn.text.trim() === '' ? undefined : authn;
};

/** The part of AUTHN that reaches the driver. */
const effectivePart = (text: string): string => text.trim().split(/[ \t\n]+/)[0] ?? '';

export const driversOf = (authn: string): readonly string[] =>
  effectivePart(authn)
    .split(',')
    .filter((name) => name !== '');

export const hasBlanks = (authn: string): boolean => /[ \t\n]/.test(authn.trim());

export const confsOf = (attributes: readonly Attribute[], name: string): readonly Attribute[] =>
  vectorsOf(attributes, 'AUTH_MAD_CONF').filter(
    ({ vector }) => vector?.get('NAME')?.text.toLowerCase() === name.toLowerCase(),
  );

const addToList = (text: string, attributes: readonly Attribute[], name: string): EditPlan => {
  const mad = authMadOf(attributes);
  if (mad === undefined) {
    return problem(
      'it has no AUTH_MAD, so that oned has no authentication drivers at all: add AUTH_MAD = [ EXECUTABLE = "one_auth_mad", AUTHN = "ssh,x509,ldap,server_cipher,server_x509" ] with the drivers that are in use',
    );
  }
  const authn = authnOf(attributes);
  if (authn === undefined || driversOf(authn.text).includes(name)) return nothing;
  const line = `line ${lineOf(text, authn.from)}`;
  if (!authn.isQuoted) return problem(`${line}: put quotes around the value of AUTHN`);
  if (hasBlanks(authn.text)) {
    return problem(
      `${line}: AUTHN has blanks between its drivers, so that only ${effectivePart(authn.text)} counts; write the list without blanks`,
    );
  }
  const at = authn.from + text.slice(authn.from, authn.to).trimEnd().length;
  return {
    ...nothing,
    edits: [{ from: at, to: at, text: `,${name}` }],
    changes: [`AUTH_MAD: ${name} added to AUTHN`],
  };
};

const formatConf = ({ name, conf }: WantedDriver, lineBreak: string): string => {
  const pairs = [['NAME', name], ...conf].map(([key, value]) => `    ${key} = "${value}"`);
  // oned would take a carriage return behind a last value into it, and the quotes too.
  const closing = lineBreak === '\n' ? '\n]' : ' ]';
  return ['AUTH_MAD_CONF = [', pairs.join(`,${lineBreak}`)].join(lineBreak) + closing;
};

/**
 * The first end of a line behind the last block of that kind at which no attribute is under way, and the line break
 * for there: a carriage return may not come behind a value.
 */
const placeForConf = (
  text: string,
  attributes: readonly Attribute[],
): { readonly at: number; readonly lineBreak: string } => {
  const last = attributes.findLastIndex(({ name }) => name === 'AUTH_MAD_CONF' || name === 'AUTH_MAD');
  for (const [index, { to, vector }] of attributes.entries()) {
    const at = lineEnd(text, to);
    if (index < last || at < to || (attributes[index + 1]?.from ?? text.length) < at) continue;
    return { at, lineBreak: vector === undefined ? '\n' : lineBreakOf(text) };
  }
  return { at: lineEnd(text, text.length), lineBreak: '\n' };
};

const addConf = (text: string, attributes: readonly Attribute[], wanted: WantedDriver): EditPlan => {
  if (confsOf(attributes, wanted.name).length > 0 || authMadOf(attributes) === undefined) return nothing;
  const { at, lineBreak } = placeForConf(text, attributes);
  const block = `${lineBreak}${lineBreak}${formatConf(wanted, lineBreak)}`;
  return {
    ...nothing,
    edits: [{ from: at, to: at, text: block }],
    changes: [`AUTH_MAD_CONF: ${wanted.name} added`],
  };
};

export const planAuthDriver = (
  text: string,
  attributes: readonly Attribute[],
  wanted: WantedDriver,
): EditPlan => {
  const list = addToList(text, attributes, wanted.name);
  const conf = addConf(text, attributes, wanted);
  return {
    edits: [...list.edits, ...conf.edits],
    changes: [...list.changes, ...conf.changes],
    problems: list.problems,
  };
};

const removeFromList = (text: string, attributes: readonly Attribute[], name: string): EditPlan => {
  const authn = authnOf(attributes);
  const source = authn === undefined ? '' : text.slice(authn.from, authn.to);
  const isOurs = (item: string): boolean => item.trim() === name;
  if (authn === undefined || !source.split(',').some(isOurs)) return nothing;
  if (driversOf(authn.text).every(isOurs)) {
    return problem(
      `line ${lineOf(text, authn.from)}: ${name} is the only driver in AUTHN, and without any oned enables all that have a folder; name those that are to stay`,
    );
  }
  return {
    ...nothing,
    edits: removeItems(source, authn.from, isOurs),
    changes: [`AUTH_MAD: ${name} removed from AUTHN`],
  };
};

/** As we write it, whatever its layout: the same keys and values, no comment inside. */
const isAsWritten = (text: string, { from, to, vector }: Attribute, { conf }: WantedDriver): boolean =>
  vector !== undefined &&
  !text.slice(from, to).includes('#') &&
  vector.size === conf.size + 1 &&
  [...conf].every(([key, value]) => vector.get(key)?.text === value);

const removeBlock = (
  text: string,
  { from, to }: Attribute,
): { readonly from: number; readonly to: number } => {
  const before = text.slice(0, from);
  const restOfLine = /^[ \t\r]*(?:\n|$)/.exec(text.slice(to));
  if (restOfLine === null || !/(?:^|\n)[ \t]*$/.test(before)) return { from, to };
  const space = /(?:(?:\r?\n)?\r?\n)?[ \t]*$/.exec(before)?.[0] ?? '';
  if (space.includes('\n')) return { from: from - space.length, to };
  return { from: 0, to: to + restOfLine[0].length };
};

const removeConf = (text: string, attributes: readonly Attribute[], wanted: WantedDriver): EditPlan => {
  const confs = confsOf(attributes, wanted.name);
  const kept = confs.filter((one) => !isAsWritten(text, one, wanted));
  const removed = confs.filter((one) => !kept.includes(one));
  return {
    ...nothing,
    edits: removed.map((one) => ({ ...removeBlock(text, one), text: '' })),
    changes: [
      ...removed.map(() => `AUTH_MAD_CONF: ${wanted.name} removed`),
      ...kept.map(
        (one) =>
          `AUTH_MAD_CONF: ${wanted.name} stays, as it was changed by hand (line ${lineOf(text, one.from)})`,
      ),
    ],
  };
};

/** DEFAULT_AUTH is the operator's: who names us there is told. */
const noteDefault = (text: string, attributes: readonly Attribute[], name: string): readonly string[] => {
  const found = attributes.find((one) => one.name === 'DEFAULT_AUTH' && one.single !== undefined);
  if (found?.single?.text !== name) return [];
  return [
    `DEFAULT_AUTH: stays ${name} (line ${lineOf(text, found.from)}); users that OpenNebula does not know cannot log in until it names another driver`,
  ];
};

export const planWithoutAuthDriver = (
  text: string,
  attributes: readonly Attribute[],
  wanted: WantedDriver,
): EditPlan => {
  const list = removeFromList(text, attributes, wanted.name);
  const conf = removeConf(text, attributes, wanted);
  const notes = noteDefault(text, attributes, wanted.name);
  return {
    edits: [...list.edits, ...conf.edits],
    changes: [...list.changes, ...conf.changes, ...notes],
    problems: list.problems,
  };
};
