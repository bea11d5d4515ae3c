/**
 * Accounts as they outlive the agent, in its folder below /run: a JSON document of one start of the host.
 *
 * CPU time that waits for its energy is not kept: the agent does not know what ran while it was away.
 */
import { isMapping, type Mapping, parseMapping } from '../lib/mapping.ts';
import { learntFrom, parsePowerModel, powerModelDocument } from '../lib/power-model/power-model.ts';
import { type Accounts, nothingPending, type VmAccount, type ZoneAccount } from './accounts.ts';
import { type CpuSeconds, cpuModes } from './host-cpu.ts';

const documentVersion = 1;

export const formatAccounts = (accounts: Accounts, bootId: string): string =>
  `${JSON.stringify({
    version: documentVersion,
    boot: bootId,
    vms: [...accounts.vms],
    zones: [...accounts.zones],
    other: accounts.otherJoules,
    idle: accounts.idleJoules,
    host: accounts.hostJoules,
    cpu: accounts.cpu,
    measured: accounts.measuredSeconds,
    model: accounts.learnt === undefined ? null : powerModelDocument(accounts.learnt.model),
    meter: accounts.meter,
  })}\n`;

const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isAmountOrNothing = (value: unknown): value is number | undefined =>
  value === undefined || isAmount(value);

const parseVm = (entry: Mapping): VmAccount | undefined => {
  const { cpuSeconds, energyJoules, marginalJoules, seenAt } = entry;
  if (!isAmount(cpuSeconds) || !isAmount(energyJoules) || !isAmount(seenAt)) return undefined;
  return isAmountOrNothing(marginalJoules) ? { cpuSeconds, energyJoules, marginalJoules, seenAt } : undefined;
};

const parseZone = ({ joules, errors, isCounted }: Mapping): ZoneAccount | undefined =>
  isAmount(joules) && isAmount(errors) && (isCounted === undefined || typeof isCounted === 'boolean')
    ? { joules, errors, isCounted }
    : undefined;

/** `undefined` where one of the entries is none. */
const parseEntries = <T>(
  entries: unknown,
  parse: (entry: Mapping) => T | undefined,
): ReadonlyMap<string, T> | undefined => {
  if (!Array.isArray(entries)) return undefined;
  const found = new Map<string, T>();
  for (const entry of entries) {
    const [key, value] = Array.isArray(entry) ? entry : [];
    const parsed = isMapping(value) ? parse(value) : undefined;
    if (typeof key !== 'string' || parsed === undefined) return undefined;
    found.set(key, parsed);
  }
  return found;
};

const parseCpu = (value: unknown): CpuSeconds | undefined =>
  isMapping(value) && cpuModes.every((mode) => isAmount(value[mode])) ? (value as CpuSeconds) : undefined;

export type ReadAccounts = Accounts | 'unreadable' | 'of another start';

/** The accounts of this start of the host. */
export const parseAccounts = (text: string, bootId: string): ReadAccounts => {
  const document = parseMapping(text);
  if (document === undefined || document['version'] !== documentVersion) return 'unreadable';
  if (document['boot'] !== bootId) return 'of another start';
  const vms = parseEntries(document['vms'], parseVm);
  const zones = parseEntries(document['zones'], parseZone);
  const cpu = parseCpu(document['cpu']);
  const { other, idle, host, measured = 0, model, meter } = document;
  if (vms === undefined || zones === undefined || cpu === undefined) return 'unreadable';
  if (!isAmount(other) || !isAmount(idle) || !isAmount(host) || !isAmount(measured)) return 'unreadable';
  const learnt = parsePowerModel(model);
  return {
    vms,
    zones,
    cpu,
    otherJoules: other,
    idleJoules: idle,
    hostJoules: host,
    measuredSeconds: measured,
    pending: nothingPending,
    learnt: learnt === undefined ? undefined : learntFrom(learnt),
    meter: typeof meter === 'string' ? meter : undefined,
  };
};
