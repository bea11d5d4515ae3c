/** Reads templates of the package, and hooks with their last executions from OpenNebula. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { readDocument } from '../../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import { type Hook, hookShape, parseHook, parseHookTemplate } from '../../../lib/one/hook.ts';
import { relocatePath } from '../../../lib/one/places.ts';
import type { Surroundings } from '../check.ts';
import type { HookFacts, HookTemplate } from '../hooks.ts';
import { attempt } from './attempt.ts';
import { mustBeExecutable } from './executable.ts';
import { readUnit } from './unit.ts';

const readTemplates = async ({ suite, environment }: Surroundings): Promise<readonly HookTemplate[]> => {
  const folder = path.join(suite, 'hooks/templates');
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith('.hook')).sort();
  return Promise.all(
    files.map(async (file) => {
      const { name, attributes } = parseHookTemplate(await readFile(path.join(folder, file), 'utf8'));
      const command = relocatePath(attributes.get('COMMAND') ?? '', environment);
      return { name, attributes: new Map(attributes).set('COMMAND', command) };
    }),
  );
};

const readTimers = async ({ suite }: Surroundings): Promise<HookFacts['timers']> => {
  const names = await readdir(path.join(suite, 'systemd')).catch(() => []);
  return Promise.all(
    names
      .filter((name) => name.endsWith('.timer'))
      .sort()
      .map(readUnit),
  );
};

const ask = (client: XmlRpcClient, method: string, parameters: readonly number[]): Promise<readonly Hook[]> =>
  readDocument(client, { method, parameters, objectName: 'HOOK', shape: hookShape, parse: parseHook });

/** The pool has no executions; one that goes away meanwhile stays without. */
const withExecutions = async (client: XmlRpcClient, hook: Hook): Promise<Hook> => {
  const [known] = await ask(client, 'one.hook.info', [hook.id]);
  return known ?? hook;
};

const canStart = (command: string) => attempt(() => mustBeExecutable(command));

export const probeHooks = async (surroundings: Surroundings): Promise<HookFacts> => {
  const templates = await readTemplates(surroundings);
  const own = new Set(templates.map(({ attributes }) => attributes.get('COMMAND') ?? ''));
  const client = await surroundings.client();
  const [manager, timers, pool, commands] = await Promise.all([
    readUnit('opennebula-hem.service'),
    readTimers(surroundings),
    ask(client, 'one.hookpool.info', []),
    Promise.all([...own].map(async (command) => [command, await canStart(command)] as const)),
  ]);
  const hooks = await Promise.all(
    pool.map((hook) => (own.has(hook.attributes.get('COMMAND') ?? '') ? withExecutions(client, hook) : hook)),
  );
  return { templates, hooks, commands: new Map(commands), manager, timers };
};
