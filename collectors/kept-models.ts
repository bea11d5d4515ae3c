/**
 * What the exporter has learnt of hosts, as it outlives the exporter: a host that was known is known after a start, too.
 *
 * The document is JSON: `{"version": 1, "hosts": [{"id": 7, "name": "kvm7", "observed": 120, "model": {...}}]}`, with the
 * model as lib/power-model writes it. What an agent itself has learnt is not kept: the agent tells it again.
 */

import { isMapping, parseMapping } from '../lib/mapping.ts';
import { learntFrom, parsePowerModel, powerModelDocument } from '../lib/power-model/power-model.ts';
import type { LearntHost } from './learn-models.ts';

/** By host id. */
export type LearntHosts = ReadonlyMap<number, LearntHost>;

export const formatLearntHosts = (learnt: LearntHosts): string => {
  const hosts = [...learnt].flatMap(([id, { name, observed, model }]) =>
    observed > 0 ? [{ id, name, observed, model: powerModelDocument(model) }] : [],
  );
  return `${JSON.stringify({ version: 1, hosts })}\n`;
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const parseHost = (entry: unknown): readonly [number, LearntHost] | undefined => {
  const { id, name, observed, model: document } = isMapping(entry) ? entry : {};
  const model = parsePowerModel(document);
  if (!isCount(id) || typeof name !== 'string' || !isCount(observed) || model === undefined) return undefined;
  return [id, { name, use: undefined, ...learntFrom(model, observed) }];
};

/** `undefined` for what is no such document. */
export const parseLearntHosts = (text: string): LearntHosts | undefined => {
  const document = parseMapping(text);
  if (document === undefined || document['version'] !== 1 || !Array.isArray(document['hosts']))
    return undefined;
  const learnt = new Map<number, LearntHost>();
  for (const entry of document['hosts']) {
    const host = parseHost(entry);
    if (host === undefined) return undefined;
    learnt.set(...host);
  }
  return learnt;
};

export const learntHostsForm = {
  fileName: 'host-models.json',
  initial: new Map<number, LearntHost>() as LearntHosts,
  format: formatLearntHosts,
  parse: parseLearntHosts,
};
