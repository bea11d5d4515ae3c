/**
 * What hosts draw against how many of their CPUs are busy: what an agent itself has learnt, or what the exporter learns
 * from an agent that tells both of the same time.
 */
import type { Host } from '../lib/one/host.ts';
import { emptyPowerModel, type LearntPower, learnPower } from '../lib/power-model/power-model.ts';
import type { HostUse } from './agents/agent.ts';
import type { Documents } from './collector.ts';
import { readingsOf } from './host-readings.ts';

export interface LearntHost extends LearntPower {
  /** Of the host: another one may have its number. */
  readonly name: string;
  /** What was observed last, so that no answer teaches twice. */
  readonly use: HostUse | undefined;
}

const learn = (before: LearntHost, use: HostUse): LearntHost => ({
  ...before,
  use,
  ...learnPower(before, use.busyRatio * before.model.cpus, use.microwatts / 1e6),
});

const nothingOf = (name: string, cpus: number): LearntHost => ({
  name,
  use: undefined,
  model: emptyPowerModel(cpus),
  observed: 0,
  known: undefined,
});

/** @param before by host id; hosts that are not asked any more are forgotten */
export const learnModels = (
  before: ReadonlyMap<number, LearntHost>,
  hosts: readonly Pick<Host, 'id' | 'name' | 'cpuTotal'>[],
  agents: Documents['agents'],
): ReadonlyMap<number, LearntHost> =>
  new Map(
    hosts.flatMap(({ id, name, cpuTotal = 0 }) => {
      const readings = readingsOf(agents.get(id) ?? []);
      const cpus = cpuTotal / 100;
      const earlier = before.get(id);
      const told = readings.find(({ model }) => model !== undefined)?.model;
      if (told !== undefined) return [[id, { ...nothingOf(name, cpus), known: told }] as const];
      // What was known before anything was observed is an agent's word: it holds until an agent answers without it.
      const isSame = earlier?.name === name && earlier.model.cpus === cpus;
      const isKept = isSame && (earlier.observed > 0 || readings.length === 0);
      const start = isKept ? earlier : nothingOf(name, cpus);
      const use = readings.find((reading) => reading.use !== undefined)?.use;
      if (!agents.has(id) || !(cpus > 0)) return [];
      return [[id, use === undefined || use === start.use ? start : learn(start, use)] as const];
    }),
  );

export const modelsOf = (learnt: ReadonlyMap<number, LearntHost>): Documents['hostModels'] =>
  new Map([...learnt].flatMap(([id, { known }]) => (known === undefined ? [] : [[id, known] as const])));
