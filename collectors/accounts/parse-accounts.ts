/** Reads the accounts that `formatAccounts` has written. */
import {
  type Accounts,
  type Batch,
  type HostAccount,
  type HostIdentity,
  type HostRow,
  noAccounts,
  noAmounts,
  nobody,
  noHost,
  type Policy,
  type VmAccount,
  type VmIdentity,
  type VmRow,
} from './accounts.ts';
import { attributions } from './attribution.ts';
import type { Mutable } from './booking.ts';
import { unescapeField } from './fields.ts';
import { type Frame, type FramesProblem, parseFrames } from './frames.ts';
import { idlePolicies } from './idle-share.ts';
import { readRows } from './rows.ts';
import type { Place, SeenCount, SeenCounters } from './spans.ts';

const readVm = (fields: readonly string[]): VmAccount => {
  const [name = '', owner = '', group = '', hostId, isRunning, isMigrating, ...numbers] = fields;
  const [seenAt = 0, settledAt = 0, own = 0, share = 0, measuredMs = 0, unmeasuredMs = 0, lifeMs = 0] =
    numbers.slice(0, 7).map(Number);
  const [flavour = '', labels = '', gpu = 0, gpuMs = 0] = numbers.slice(7);
  return {
    name,
    owner,
    group,
    flavour,
    labels,
    hostId: hostId === '' || hostId === undefined ? undefined : Number(hostId),
    isRunning: isRunning === '1',
    isMigrating: isMigrating === '1',
    seenAt,
    settledAt,
    own,
    share,
    measuredMs,
    unmeasuredMs,
    lifeMs,
    gpu: Number(gpu),
    gpuMs: Number(gpuMs),
    power: undefined,
    gpuPower: undefined,
    gpuKnownAt: undefined,
  };
};

const readHost = ([name = '', cluster = '', ...numbers]: readonly string[]): HostAccount => {
  const amounts = numbers.slice(0, 9).map(Number);
  const [settledAt = 0, vmsMeasuredAt = 0, total = 0, rest = 0, measuredMs = 0, ...factors] = amounts;
  const [supplyBase = 0, supply = 0, pueBase = 0, pue = 0] = factors;
  return {
    name,
    cluster,
    gridZone: numbers[9] ?? '',
    settledAt,
    vmsMeasuredAt,
    total,
    rest,
    measuredMs,
    supplyBase,
    supply,
    pueBase,
    pue,
    waited: undefined,
  };
};

type OpenCounters = SeenCounters & { readonly vms: Map<string, SeenCount> };

const readPlace = (fields: readonly string[]): Place & { readonly counters: OpenCounters } => {
  const [agent = '', readAt, seconds, hostJoules, meter = '', rawHostJoules = '', cpus = ''] = fields;
  const counters = {
    seconds: Number(seconds),
    hostJoules: Number(hostJoules),
    meter,
    vms: new Map<string, SeenCount>(),
    ...(rawHostJoules === '' ? {} : { rawHostJoules: Number(rawHostJoules) }),
    ...(cpus === '' ? {} : { cpus: Number(cpus) }),
  };
  return { agent, readAt: Number(readAt), counters, last: undefined };
};

/** How many hours stand behind the sums: a file that is cut between two of them is not whole. */
const hourCountOf = (sums: Frame): number | undefined => {
  const count = /^at\t[^\t]*\t(\d+)\n/.exec(sums.body.toString('latin1', 0, 64))?.[1];
  return count === undefined ? undefined : Number(count);
};

const readSums = (frame: Frame): Omit<Accounts, 'batch'> => {
  const vms = new Map<number, VmAccount>();
  const hosts = new Map<number, HostAccount>();
  const places = new Map<string, Place>();
  let at: number | undefined;
  let term = 0;
  let open: OpenCounters | undefined;
  for (const line of frame.body.toString().split('\n')) {
    const [kind, first = '', ...fields] = line.split('\t').map(unescapeField);
    if (kind === 'at') at = first === '' ? undefined : Number(first);
    else if (kind === 'term') term = Number(first);
    else if (kind === 'vm') vms.set(Number(first), readVm(fields));
    else if (kind === 'host') hosts.set(Number(first), readHost(fields));
    else if (kind === 'place') {
      const place = readPlace(fields);
      open = place.counters;
      places.set(first, place);
    } else if (kind === 'count') open?.vms.set(first, { vmId: undefined, count: Number(fields[0]) });
  }
  return { at, term, vms, hosts, places };
};

const readPolicy = (attributionText: string, idleText: string): Policy | undefined => {
  const attribution = attributions.find((one) => one === attributionText);
  const idle = idlePolicies.find((one) => one === idleText);
  return attribution === undefined || idle === undefined ? undefined : { attribution, idle };
};

const readHour = (frame: Frame) => {
  const vms: Mutable<VmRow>[] = [];
  const hosts = new Map<number, HostRow>();
  const policies: Policy[] = [];
  const names = new Map<number, VmIdentity>();
  const hostNames = new Map<number, HostIdentity>();
  readRows(frame.body, {
    onVm: (vmId, identity) => void names.set(vmId, identity),
    onHost: (hostId, identity) => void hostNames.set(hostId, identity),
    onUse(vmId, hostId, own, share, measuredMs, unmeasuredMs, lifeMs) {
      const who = names.get(vmId) ?? nobody;
      vms.push({ ...who, ...noAmounts, vmId, hostId, own, share, measuredMs, unmeasuredMs, lifeMs });
    },
    onGpu(vmId, hostId, gpu, gpuMs) {
      const row = vms.at(-1);
      if (row?.vmId === vmId && row.hostId === hostId) Object.assign(row, { gpu, gpuMs });
    },
    onDraw(hostId, total, rest, measuredMs, supplyBase, supply, pueBase, pue) {
      const who = hostNames.get(hostId) ?? noHost;
      hosts.set(hostId, { ...who, hostId, total, rest, measuredMs, supplyBase, supply, pueBase, pue });
    },
    onPolicy(attribution, idle) {
      const policy = readPolicy(attribution, idle);
      if (policy !== undefined) policies.push(policy);
    },
  });
  return { vms, hosts, policies };
};

export type AccountsProblem = FramesProblem | 'damaged';

/** The accounts that `formatAccounts` has written. */
export const parseAccounts = (bytes: Buffer): Accounts | AccountsProblem => {
  const parsed = parseFrames(bytes);
  if (typeof parsed === 'string') return parsed;
  const sums = parsed.frames.find(({ kind }) => kind === 'accounts');
  if (sums === undefined || parsed.damages > 0 || parsed.soundBytes < bytes.length) return 'damaged';
  const hours: Batch['hours'] = new Map(
    parsed.frames.filter(({ kind }) => kind === 'block').map((frame) => [frame.hour, readHour(frame)]),
  );
  if (hours.size !== (hourCountOf(sums) ?? hours.size)) return 'damaged';
  return { ...noAccounts, ...readSums(sums), batch: { sequence: sums.sequence, hours } };
};
