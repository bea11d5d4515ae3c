/** Which hooks OpenNebula should have, compared with those that it has. */

/** As oned keeps it: without NAME, TYPE and ON. */
type Attributes = ReadonlyMap<string, string>;

export interface WantedHook {
  readonly name: string;
  readonly type: string;
  readonly attributes: Attributes;
  /** The template that one.hook.allocate takes. */
  readonly template: string;
}

export interface RegisteredHook {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly attributes: Attributes;
}

export type HookChange =
  | { readonly kind: 'create-hook'; readonly wanted: WantedHook }
  | { readonly kind: 'update-hook'; readonly wanted: WantedHook; readonly registered: RegisteredHook }
  | { readonly kind: 'delete-hook'; readonly registered: RegisteredHook; readonly why: string };

/** What oned makes of the short forms of ON. Source: src/hm/HookStateVM.cc. */
const shortForms: Readonly<Record<string, readonly [state: string, lcmState: string]>> = {
  PROLOG: ['ACTIVE', 'PROLOG'],
  RUNNING: ['ACTIVE', 'RUNNING'],
  SHUTDOWN: ['ACTIVE', 'EPILOG'],
  STOP: ['STOPPED', 'LCM_INIT'],
  DONE: ['DONE', 'LCM_INIT'],
  UNKNOWN: ['ACTIVE', 'UNKNOWN'],
};

/** One of the suite's own templates: a line an attribute. */
export const parseHookTemplate = (template: string): WantedHook => {
  const attributes = new Map<string, string>();
  for (const line of template.split('\n')) {
    const match = /^\s*(\w+)\s*=\s*"?(.*?)"?\s*$/.exec(line);
    if (match !== null) attributes.set(match[1] ?? '', match[2] ?? '');
  }
  const take = (name: string): string => {
    const value = attributes.get(name) ?? '';
    attributes.delete(name);
    return value;
  };
  const [name, type, on] = [take('NAME'), take('TYPE'), take('ON')];
  const [state, lcmState] = shortForms[on] ?? [];
  if (state !== undefined && lcmState !== undefined) {
    attributes.set('STATE', state).set('LCM_STATE', lcmState);
  }
  return { name, type, attributes, template };
};

const isSame = (wanted: WantedHook, registered: RegisteredHook): boolean =>
  [...wanted.attributes].every(([name, value]) => registered.attributes.get(name) === value);

const commandOf = ({ attributes }: RegisteredHook): string => attributes.get('COMMAND') ?? '';

/** The first generation's hooks, as its README has them. */
const isFirstGeneration = (hook: RegisteredHook): boolean =>
  /\/(?:patch_datasources|geo)\.rb(?:\s|$)/.test(commandOf(hook));

const cannotBecome = (wanted: WantedHook, registered: RegisteredHook): boolean =>
  wanted.type !== registered.type ||
  wanted.attributes.get('RESOURCE') !== registered.attributes.get('RESOURCE');

/** A hook is known by its name, which oned keeps unique: none is ever registered twice. */
export const planHooks = (
  wanted: readonly WantedHook[],
  registered: readonly RegisteredHook[],
): readonly HookChange[] => {
  const byName = new Map(registered.map((hook) => [hook.name, hook]));
  const ours = wanted.flatMap((one): readonly HookChange[] => {
    const known = byName.get(one.name);
    if (known === undefined) return [{ kind: 'create-hook', wanted: one }];
    if (cannotBecome(one, known)) {
      return [
        { kind: 'delete-hook', registered: known, why: 'it is of another kind' },
        { kind: 'create-hook', wanted: one },
      ];
    }
    return isSame(one, known) ? [] : [{ kind: 'update-hook', wanted: one, registered: known }];
  });
  const names = new Set(wanted.map(({ name }) => name));
  const replaced = wanted.length === 0 ? [] : registered.filter(isFirstGeneration);
  const old = replaced.filter(({ name }) => !names.has(name));
  return [
    ...old.map((hook) => ({
      kind: 'delete-hook' as const,
      registered: hook,
      why: 'first generation; vm_scrape_target and host_geolocation take its place',
    })),
    ...ours,
  ];
};

const cdata = (value: string): string => `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;

/** Attributes as a template in XML, in which no value has to be quoted. */
export const formatHookXml = (attributes: Iterable<readonly [string, string]>): string => {
  const elements = [...attributes].map(([name, value]) => `<${name}>${cdata(value)}</${name}>`);
  return `<TEMPLATE>${elements.join('')}</TEMPLATE>`;
};

/** What one.hook.allocate needs to make a hook again as it was. */
export const formatHookAgain = (name: string, type: string, attributes: Attributes): string => {
  const on: readonly (readonly [string, string])[] =
    attributes.get('RESOURCE') === 'VM' ? [['ON', 'CUSTOM']] : [];
  return formatHookXml([['NAME', name], ['TYPE', type], ...on, ...attributes]);
};
