/** OpenNebula's hooks, by its API. */
import { commonError } from '../../lib/errors/common-errors.ts';
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { hookShape, parseHook } from '../../lib/one/hook.ts';
import { formatHookChange } from '../format-plan.ts';
import {
  formatHookAgain,
  formatHookUpdate,
  type HookChange,
  isOfKind,
  type RegisteredHook,
  type WantedHook,
} from '../hooks.ts';
import type { Step } from './run-installation.ts';

export const readHooks = (client: XmlRpcClient): Promise<readonly RegisteredHook[]> =>
  readDocument(client, {
    method: 'one.hookpool.info',
    parameters: [],
    objectName: 'HOOK',
    shape: hookShape,
    parse: parseHook,
  });

const replaceWhole = 0;

/** By name, as ids change when a hook is made again. */
const findHook = async (client: XmlRpcClient, name: string): Promise<RegisteredHook | undefined> =>
  (await readHooks(client)).find((hook) => hook.name === name);

export const deleteHook = async (client: XmlRpcClient, name: string): Promise<void> => {
  const hook = await findHook(client, name);
  if (hook !== undefined) await client.call('one.hook.delete', [hook.id]);
};

/** Makes a hook what it was, wherever it stands now: gone, changed, or as it should be. */
export const restoreHook = async (
  client: XmlRpcClient,
  { name, attributes }: Omit<RegisteredHook, 'id'>,
): Promise<void> => {
  const now = await findHook(client, name);
  if (now !== undefined && isOfKind(now.attributes, attributes)) {
    await client.call('one.hook.update', [now.id, formatHookUpdate(attributes), replaceWhole]);
    return;
  }
  if (now !== undefined) await client.call('one.hook.delete', [now.id]);
  await client.call('one.hook.allocate', [formatHookAgain(name, attributes)]);
};

const create = (client: XmlRpcClient, { template }: WantedHook): Promise<unknown> =>
  client.call('one.hook.allocate', [template]);

/** The step of one change; `remember` is called before anything is changed. */
export const hookStep = (
  client: XmlRpcClient,
  change: HookChange,
  remember: (name: string, original: RegisteredHook | undefined) => Promise<void>,
): Step => {
  if (change.kind === 'create-hook') {
    const { wanted } = change;
    let isOthers = false;
    return {
      title: `register the hook ${wanted.name}`,
      async run() {
        await remember(wanted.name, undefined);
        await create(client, wanted).catch((thrown: unknown) => {
          // Somebody else, such as another front-end of the zone, has just registered it.
          isOthers = commonError.is(thrown, 'ONE_REFUSED');
          throw thrown;
        });
      },
      undo: async () => {
        if (!isOthers) await deleteHook(client, wanted.name);
      },
    };
  }
  const { registered } = change;
  if (change.kind === 'rename-hook') {
    const { wanted } = change;
    return {
      title: formatHookChange(change),
      async run() {
        await remember(wanted.name, undefined);
        await client.call('one.hook.rename', [registered.id, wanted.name]);
      },
      undo: async () => {
        const renamed = await findHook(client, wanted.name);
        if (renamed?.id === registered.id)
          await client.call('one.hook.rename', [registered.id, registered.name]);
      },
    };
  }
  return {
    title: `${change.kind === 'update-hook' ? 'update' : 'delete'} the hook ${registered.name}`,
    async run() {
      await remember(registered.name, registered);
      if (change.kind === 'delete-hook') await deleteHook(client, registered.name);
      else {
        const parameters = [registered.id, formatHookUpdate(change.wanted.attributes), replaceWhole] as const;
        await client.call('one.hook.update', parameters);
      }
    },
    undo: () => restoreHook(client, registered),
  };
};
