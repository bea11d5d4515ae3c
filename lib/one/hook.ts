/**
 * Hooks: the templates that make them, and what one.hookpool.info and one.hook.info say of those that there are.
 *
 * A template that is registered differs from what was given: oned writes ON=RUNNING as two states.
 */
import {
  childOf,
  childrenOf,
  everyChild,
  type OneElement,
  parseInteger,
  type Shape,
  shapeOf,
  text,
  textAt,
} from './document-reader.ts';

/** One run of a hook's command. */
export interface HookExecution {
  readonly id: number;
  /** Seconds since 1970. */
  readonly timestamp: number | undefined;
  /** 255 where it was not started or timed out. */
  readonly exitCode: number | undefined;
  readonly stderr: string;
}

export interface Hook {
  readonly id: number;
  readonly name: string;
  /** Those of its template as oned keeps them, and TYPE. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Oldest first; only one.hook.info has them. */
  readonly executions: readonly HookExecution[];
}

const result = { CODE: text, STDERR: text };
/** Without the arguments of executions: each is the whole document of an object. */
export const hookShape: Shape = new Map([
  ...shapeOf({
    ID: text,
    NAME: text,
    TYPE: text,
    HOOKLOG: { HOOK_EXECUTION_RECORD: { EXECUTION_ID: text, TIMESTAMP: text, EXECUTION_RESULT: result } },
  }),
  ['TEMPLATE', everyChild],
]);

const parseExecution = (record: OneElement): HookExecution | undefined => {
  const id = parseInteger(textAt(record, 'EXECUTION_ID'));
  if (id === undefined) return undefined;
  const stderr = textAt(record, 'EXECUTION_RESULT', 'STDERR') ?? '';
  return {
    id,
    timestamp: parseInteger(textAt(record, 'TIMESTAMP')),
    exitCode: parseInteger(textAt(record, 'EXECUTION_RESULT', 'CODE')),
    stderr: Buffer.from(stderr, 'base64').toString('utf8'),
  };
};

/** `undefined` when the element has no ID. */
export const parseHook = (element: OneElement): Hook | undefined => {
  const id = parseInteger(textAt(element, 'ID'));
  if (id === undefined) return undefined;
  const attributes = new Map([['TYPE', textAt(element, 'TYPE') ?? '']]);
  for (const { name, text: value } of childOf(element, 'TEMPLATE')?.children ?? []) {
    if (value !== undefined) attributes.set(name, value);
  }
  const executions = childrenOf(childOf(element, 'HOOKLOG'), 'HOOK_EXECUTION_RECORD')
    .map(parseExecution)
    .filter((execution) => execution !== undefined);
  return {
    id,
    name: textAt(element, 'NAME') ?? '',
    attributes,
    executions: executions.sort((one, other) => one.id - other.id),
  };
};

/** What ON stands for, src/hm/HookStateVM.cc. */
const states: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['PROLOG', ['ACTIVE', 'PROLOG']],
  ['RUNNING', ['ACTIVE', 'RUNNING']],
  ['SHUTDOWN', ['ACTIVE', 'EPILOG']],
  ['STOP', ['STOPPED', 'LCM_INIT']],
  ['DONE', ['DONE', 'LCM_INIT']],
  ['UNKNOWN', ['ACTIVE', 'UNKNOWN']],
]);

/** The hook that a template file makes, as oned will show it. */
export const parseHookTemplate = (template: string): Pick<Hook, 'name' | 'attributes'> => {
  const given = new Map<string, string>();
  for (const match of template.matchAll(/^[ \t]*(\w+)[ \t]*=[ \t]*(?:"([^"]*)"|([^"\n]*?))[ \t]*$/gm)) {
    const [, name = '', quoted, plain = ''] = match;
    given.set(name.toUpperCase(), quoted ?? plain);
  }
  const [state, lcmState] = states.get(given.get('ON') ?? '') ?? [given.get('STATE'), given.get('LCM_STATE')];
  if (state !== undefined) given.set('STATE', state);
  if (lcmState !== undefined) given.set('LCM_STATE', lcmState);
  const name = given.get('NAME') ?? '';
  given.delete('NAME');
  given.delete('ON');
  return { name, attributes: given };
};
