/**
 * The accounts as they outlive the exporter: a file of frames, one with the sums and what agents have counted, and one
 * for each hour that is not in the ledger yet.
 *
 * What agents have said last that count no energy is not kept: while the exporter does not run, nobody measures with them.
 */
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
import { vmKey } from './booking.ts';
import { unescapeField } from './fields.ts';
import { type Frame, type FramesProblem, fileHead, formatFrame, parseFrames } from './frames.ts';
import { idlePolicies } from './idle-share.ts';
import { createLineWriter, type LineWriter } from './line-writer.ts';
import { formatRows, readRows } from './rows.ts';
import type { Place, SeenCount, SeenCounters } from './spans.ts';

const writeVm = (lines: LineWriter, id: number, vm: VmAccount, aheadMs: number): void => {
  lines.text('vm');
  lines.number(id);
  lines.text(vm.name);
  lines.text(vm.owner);
  lines.text(vm.group);
  if (vm.hostId === undefined) lines.text('');
  else lines.number(vm.hostId);
  lines.number(Number(vm.isRunning));
  lines.number(Number(vm.isMigrating));
  lines.number(vm.seenAt + aheadMs);
  lines.number(vm.settledAt + aheadMs);
  lines.number(vm.own);
  lines.number(vm.share);
  lines.number(vm.measuredMs);
  lines.number(vm.unmeasuredMs);
  lines.number(vm.lifeMs);
  lines.text(vm.flavour);
  lines.text(vm.labels);
  lines.endLine();
};

const moveMeasured = (at: number, aheadMs: number): number => Math.max(0, at + aheadMs);

const writeHost = (lines: LineWriter, id: number, host: HostAccount, aheadMs: number): void => {
  lines.text('host');
  lines.number(id);
  lines.text(host.name);
  lines.text(host.cluster);
  lines.number(host.settledAt + aheadMs);
  lines.number(moveMeasured(host.vmsMeasuredAt, aheadMs));
  const { total, rest, measuredMs, supplyBase, supply, pueBase, pue } = host;
  for (const amount of [total, rest, measuredMs, supplyBase, supply, pueBase, pue]) lines.number(amount);
  lines.text(host.gridZone);
  lines.endLine();
};

const writePlace = (lines: LineWriter, place: string, known: Place, aheadMs: number): void => {
  const { agent, readAt, counters } = known;
  if (counters === undefined) return;
  lines.text('place');
  lines.text(place);
  lines.text(agent);
  lines.number(readAt + aheadMs);
  lines.number(counters.seconds);
  lines.number(counters.hostJoules);
  lines.text(counters.meter);
  lines.text(String(counters.rawHostJoules ?? ''));
  lines.text(String(counters.cpus ?? ''));
  lines.endLine();
  for (const [key, { count }] of counters.vms) {
    lines.text('count');
    lines.text(key);
    lines.number(count);
    lines.endLine();
  }
};

/** @param aheadMs what the clock of what is kept is ahead of the accounts' */
export const formatAccounts = ({ at, term, vms, hosts, places, batch }: Accounts, aheadMs = 0): Buffer => {
  const lines = createLineWriter();
  lines.text('at');
  if (at === undefined) lines.text('');
  else lines.number(at + aheadMs);
  lines.number(batch.hours.size);
  lines.endLine();
  if (term !== 0) {
    lines.text('term');
    lines.number(term);
    lines.endLine();
  }
  for (const [id, vm] of vms) writeVm(lines, id, vm, aheadMs);
  for (const [id, host] of hosts) writeHost(lines, id, host, aheadMs);
  for (const [place, known] of places) writePlace(lines, place, known, aheadMs);
  return Buffer.concat([
    Buffer.from(fileHead),
    formatFrame('accounts', batch.sequence, 0, lines.finish()),
    ...[...batch.hours].map(([hour, rows]) => formatFrame('block', batch.sequence, hour, formatRows(rows))),
  ]);
};

/** The same accounts by a clock that is ahead by so much. */
export const moveClock = (accounts: Accounts, byMs: number): Accounts => ({
  ...accounts,
  at: accounts.at === undefined ? undefined : accounts.at + byMs,
  vms: new Map(
    [...accounts.vms].map(([id, vm]) => [
      id,
      { ...vm, seenAt: vm.seenAt + byMs, settledAt: vm.settledAt + byMs },
    ]),
  ),
  hosts: new Map(
    [...accounts.hosts].map(([id, host]) => [
      id,
      {
        ...host,
        settledAt: host.settledAt + byMs,
        vmsMeasuredAt: moveMeasured(host.vmsMeasuredAt, byMs),
        waited: undefined,
      },
    ]),
  ),
  places: new Map(
    [...accounts.places].map(([place, known]) => [
      place,
      { ...known, readAt: known.readAt + byMs, last: undefined },
    ]),
  ),
});

const readVm = (fields: readonly string[]): VmAccount => {
  const [name = '', owner = '', group = '', hostId, isRunning, isMigrating, ...numbers] = fields;
  const [seenAt = 0, settledAt = 0, own = 0, share = 0, measuredMs = 0, unmeasuredMs = 0, lifeMs = 0] =
    numbers.slice(0, 7).map(Number);
  const [flavour = '', labels = ''] = numbers.slice(7);
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
    power: undefined,
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
  const vms = new Map<string, VmRow>();
  const hosts = new Map<number, HostRow>();
  const policies: Policy[] = [];
  const names = new Map<number, VmIdentity>();
  const hostNames = new Map<number, HostIdentity>();
  readRows(frame.body, {
    onVm: (vmId, identity) => void names.set(vmId, identity),
    onHost: (hostId, identity) => void hostNames.set(hostId, identity),
    onUse(vmId, hostId, own, share, measuredMs, unmeasuredMs, lifeMs) {
      const who = names.get(vmId) ?? nobody;
      const row = { ...who, ...noAmounts, vmId, hostId, own, share, measuredMs, unmeasuredMs, lifeMs };
      vms.set(vmKey(row), row);
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
