/** Which hooks OpenNebula should have, compared with those that it has. */
import { type Hook, parseHookTemplate } from '../lib/one/hook.ts';
import type { Part } from './parts.ts';

type Attributes = Hook['attributes'];

/** A hook of the suite: its name, the part of the suite that it belongs to, its program below the suite's folder. */
export interface SuiteHook {
  readonly hook: string;
  readonly part: Part;
  readonly command: string;
}

/** The hook whose program a registered COMMAND is, wherever the suite's folder is. */
export const suiteHookOf = (hooks: readonly SuiteHook[], command: string): SuiteHook | undefined =>
  hooks.find((one) => command.endsWith(`/${one.command}`));

export interface WantedHook {
  readonly name: string;
  readonly attributes: Attributes;
  /** The template that one.hook.allocate takes. */
  readonly template: string;
}

export type RegisteredHook = Pick<Hook, 'id' | 'name' | 'attributes'>;

export type HookChange =
  | { readonly kind: 'create-hook'; readonly wanted: WantedHook }
  | { readonly kind: 'update-hook'; readonly wanted: WantedHook; readonly registered: RegisteredHook }
  | { readonly kind: 'rename-hook'; readonly wanted: WantedHook; readonly registered: RegisteredHook }
  | { readonly kind: 'delete-hook'; readonly registered: RegisteredHook; readonly why: string };

/** One of the suite's own templates. */
export const wantHook = (template: string): WantedHook => ({ ...parseHookTemplate(template), template });

const isSame = (wanted: WantedHook, registered: RegisteredHook): boolean =>
  [...wanted.attributes].every(([name, value]) => registered.attributes.get(name) === value);

export const commandOf = ({ attributes }: Pick<RegisteredHook, 'attributes'>): string =>
  attributes.get('COMMAND') ?? '';

/** The first generation's hooks, as its README has them. */
export const isFirstGeneration = (hook: Pick<RegisteredHook, 'attributes'>): boolean =>
  /\/(?:patch_datasources|geo)\.rb(?:\s|$)/.test(commandOf(hook));

/** What an update cannot change. */
export const isOfKind = (a: Attributes, b: Attributes): boolean =>
  ['TYPE', 'RESOURCE'].every((name) => a.get(name) === b.get(name));

const programOf = (hook: Pick<RegisteredHook, 'attributes'>): string =>
  commandOf(hook).split('/').at(-1) ?? '';

/**
 * The name that earlier versions gave the hook of an event: the program stood first, and `onehook list`, which cuts
 * long names, showed several hooks alike. `undefined` for a hook that has the name of its program.
 */
export const formerNameOf = (wanted: Pick<RegisteredHook, 'name' | 'attributes'>): string | undefined => {
  const program = programOf(wanted);
  const event = wanted.name.endsWith(`_${program}`) ? wanted.name.slice(0, -program.length - 1) : '';
  return event === '' ? undefined : `${program}_${event}`;
};

/** The hook of the former name, if it runs our program: somebody else's hook of that name stays. */
const formerOf = (
  wanted: WantedHook,
  byName: ReadonlyMap<string, RegisteredHook>,
): RegisteredHook | undefined => {
  const former = byName.get(formerNameOf(wanted) ?? '');
  return former !== undefined && programOf(former) === programOf(wanted) ? former : undefined;
};

const planHook = (wanted: WantedHook, byName: ReadonlyMap<string, RegisteredHook>): readonly HookChange[] => {
  const named = byName.get(wanted.name);
  const former = formerOf(wanted, byName);
  const known = named ?? former;
  if (known === undefined) return [{ kind: 'create-hook', wanted }];
  const twice: readonly HookChange[] =
    named === undefined || former === undefined
      ? []
      : [{ kind: 'delete-hook', registered: former, why: `its name is ${wanted.name} now` }];
  if (!isOfKind(wanted.attributes, known.attributes)) {
    return [
      ...twice,
      { kind: 'delete-hook', registered: known, why: 'it is of another kind' },
      { kind: 'create-hook', wanted },
    ];
  }
  const renamed: readonly HookChange[] =
    known === named ? [] : [{ kind: 'rename-hook', wanted, registered: known }];
  const registered = { ...known, name: wanted.name };
  return [
    ...twice,
    ...renamed,
    ...(isSame(wanted, known) ? [] : [{ kind: 'update-hook' as const, wanted, registered }]),
  ];
};

/** A hook is known by its name, which oned keeps unique: none is ever registered twice. */
export const planHooks = (
  wanted: readonly WantedHook[],
  registered: readonly RegisteredHook[],
): readonly HookChange[] => {
  const byName = new Map(registered.map((hook) => [hook.name, hook]));
  const names = new Set(wanted.map(({ name }) => name));
  const replaced = wanted.length === 0 ? [] : registered.filter(isFirstGeneration);
  const old = replaced.filter(({ name }) => !names.has(name));
  return [
    ...old.map((hook) => ({
      kind: 'delete-hook' as const,
      registered: hook,
      why: 'first generation; vm_scrape_target and host_geolocation take its place',
    })),
    ...wanted.flatMap((one) => planHook(one, byName)),
  ];
};

const cdata = (value: string): string => `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;

const formatXml = (attributes: Iterable<readonly [string, string]>): string => {
  const elements = [...attributes].map(([name, value]) => `<${name}>${cdata(value)}</${name}>`);
  return `<TEMPLATE>${elements.join('')}</TEMPLATE>`;
};

/** What one.hook.update takes: XML, in which no value has to be quoted. */
export const formatHookUpdate = (attributes: Attributes): string =>
  formatXml([...attributes].filter(([name]) => name !== 'TYPE'));

/** What one.hook.allocate needs to make a hook again as it was. */
export const formatHookAgain = (name: string, attributes: Attributes): string => {
  const on: readonly (readonly [string, string])[] =
    attributes.get('RESOURCE') === 'VM' ? [['ON', 'CUSTOM']] : [];
  return formatXml([['NAME', name], ...on, ...attributes]);
};
