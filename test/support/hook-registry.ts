/** The hooks of a front-end, which a test's programs register, update and delete as oned lets them. */
import type { Answer } from '../../simulator/front-end.ts';

interface StoredHook {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly attributes: ReadonlyMap<string, string>;
}

const shortForms: Readonly<Record<string, readonly [string, string]>> = {
  RUNNING: ['ACTIVE', 'RUNNING'],
  STOP: ['STOPPED', 'LCM_INIT'],
  DONE: ['DONE', 'LCM_INIT'],
  SHUTDOWN: ['ACTIVE', 'EPILOG'],
};

/** As oned takes it: XML, or lines of NAME = VALUE. */
const parseTemplate = (text: string): Map<string, string> => {
  if (text.trimStart().startsWith('<')) {
    const pairs = text.matchAll(/<(\w+)><!\[CDATA\[(.*?)\]\]><\/\1>/gs);
    return new Map([...pairs].map(([, name = '', value = '']) => [name, value]));
  }
  const pairs = text.matchAll(/^\s*(\w+)\s*=\s*"?([^"\n]*?)"?\s*$/gm);
  return new Map([...pairs].map(([, name = '', value = '']) => [name, value]));
};

const format = ({ id, name, type, attributes }: StoredHook): string => {
  const children = [...attributes].map(([key, value]) => `<${key}><![CDATA[${value}]]></${key}>`);
  return `<HOOK><ID>${id}</ID><NAME>${name}</NAME><TYPE>${type}</TYPE><TEMPLATE>${children.join('')}</TEMPLATE></HOOK>`;
};

const refuse = (message: string): Answer => ({ errorCode: 8192, message });

export interface HookRegistry {
  readonly hooks: Map<number, StoredHook>;
  readonly answer: (method: string, parameters: readonly unknown[]) => Answer | undefined;
  /** By name, without ids: what a test compares. */
  readonly describe: () => readonly string[];
  readonly register: (template: string) => void;
}

export const createHookRegistry = (): HookRegistry => {
  const hooks = new Map<number, StoredHook>();
  let nextId = 0;

  const allocate = (text: string): Answer => {
    const attributes = parseTemplate(text);
    const take = (name: string): string => {
      const value = attributes.get(name) ?? '';
      attributes.delete(name);
      return value;
    };
    const [name, type, on] = [take('NAME'), take('TYPE'), take('ON')];
    if (name === '' || (attributes.get('COMMAND') ?? '') === '') return refuse('No NAME or COMMAND');
    if ([...hooks.values()].some((hook) => hook.name === name)) return refuse('NAME is already taken');
    if (attributes.get('RESOURCE') === 'VM') {
      const [state, lcmState] = shortForms[on] ?? [];
      if (on !== 'CUSTOM' && state === undefined) return refuse(`Unkown state condition: ${on}`);
      attributes.set('STATE', state ?? take('STATE')).set('LCM_STATE', lcmState ?? take('LCM_STATE'));
    }
    if (!attributes.has('REMOTE')) attributes.set('REMOTE', 'NO');
    hooks.set(nextId, { id: nextId, name, type, attributes });
    nextId += 1;
    return { document: String(nextId - 1) };
  };

  const change = (id: number, work: (hook: StoredHook) => void): Answer => {
    const hook = hooks.get(id);
    if (hook === undefined) return { errorCode: 1024, message: `Error getting hook [${id}].` };
    work(hook);
    return { document: String(id) };
  };

  return {
    hooks,
    answer(method, [first, second]) {
      if (method === 'one.hookpool.info') {
        return { document: `<HOOK_POOL>${[...hooks.values()].map(format).join('')}</HOOK_POOL>` };
      }
      if (method === 'one.hook.allocate') return allocate(String(first));
      if (method === 'one.hook.delete') return change(Number(first), ({ id }) => hooks.delete(id));
      if (method === 'one.hook.rename') {
        const name = String(second);
        if ([...hooks.values()].some((hook) => hook.name === name)) return refuse('NAME is already taken');
        return change(Number(first), (hook) => hooks.set(hook.id, { ...hook, name }));
      }
      if (method !== 'one.hook.update') return undefined;
      const attributes = parseTemplate(String(second));
      return change(Number(first), (hook) => hooks.set(hook.id, { ...hook, attributes }));
    },
    describe: () =>
      [...hooks.values()]
        .map(({ name, type, attributes }) => `${name} ${type} ${JSON.stringify([...attributes].sort())}`)
        .sort(),
    register(template) {
      allocate(template);
    },
  };
};
