/**
 * Reads the VM pool at the least cost to the front-end; see ../attribute-plan.ts.
 *
 * Where the calls for attributes fail (one.vmpool.infoextended, one.vmpool.infoset), one.vmpool.info is enough for
 * the rest: what only attributes tell is unknown then, and they are tried again later and later.
 */
import { commonError } from '../../lib/errors/common-errors.ts';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { allOfPool, readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { OneElement } from '../../lib/one/document-reader.ts';
import type { RpcParameter } from '../../lib/one/rpc-request.ts';
import { takeUnique } from '../../lib/one/unique-objects.ts';
import {
  extendedVmShape,
  parseDomainUuid,
  parseFlavours,
  parseGpuCount,
  parseLabels,
  parseTokenUsers,
  parseVm,
  parseVmExporter,
  type Vm,
  vmShape,
} from '../../lib/one/vm.ts';
import {
  type Attributes,
  fingerprintOf,
  type KnownAttributes,
  planAttributeReads,
} from '../attribute-plan.ts';
import type { VmWithAttributes } from '../collector.ts';
import type { KnownHosts, VmMemory } from './vm-memory.ts';

const notDone = -1;
const idsPerCall = 1000;

type ExtendedVm = VmWithAttributes & Attributes;
const noAttributes: ReadonlyMap<number, Attributes> = new Map();

/**
 * All of a VM in one object. Its properties are named one by one: a copy of all of them with some more behind it gives
 * every VM a hidden class of its own, which costs more than the VM.
 */
export const joinVm = (
  vm: Vm,
  known: Attributes | undefined,
  previousHostId: number | undefined,
): VmWithAttributes => ({
  id: vm.id,
  name: vm.name,
  owner: vm.owner,
  group: vm.group,
  state: vm.state,
  lcmState: vm.lcmState,
  startTime: vm.startTime,
  deployId: vm.deployId,
  hostId: vm.hostId,
  memoryBytes: vm.memoryBytes,
  cpuRatio: vm.cpuRatio,
  vcpus: vm.vcpus,
  hasVcpus: vm.hasVcpus,
  disks: vm.disks,
  nicCount: vm.nicCount,
  flavours: known?.flavours,
  labels: known?.labels,
  uuid: known?.uuid,
  gpuCount: known?.gpuCount,
  exporter: known?.exporter,
  tokenUsers: known?.tokenUsers,
  previousHostId,
});

const parseExtended = (element: OneElement): ExtendedVm | undefined => {
  const vm = parseVm(element);
  if (vm === undefined) return undefined;
  const attributes = {
    flavours: parseFlavours(element),
    labels: parseLabels(element),
    uuid: parseDomainUuid(element),
    gpuCount: parseGpuCount(element),
    exporter: parseVmExporter(element),
    tokenUsers: parseTokenUsers(element),
  };
  return joinVm(vm, attributes, undefined) as ExtendedVm; // which has the attributes that it was given
};

/** What is kept of a VM's attributes; named one by one as above. */
const rememberAttributes = (vm: Vm, read: Attributes, readAt: number): KnownAttributes => ({
  flavours: read.flavours,
  labels: read.labels,
  uuid: read.uuid,
  gpuCount: read.gpuCount,
  exporter: read.exporter,
  tokenUsers: read.tokenUsers,
  fingerprint: fingerprintOf(vm),
  readAt,
});

const nextHosts = (
  vms: readonly Vm[],
  before: ReadonlyMap<number, KnownHosts>,
): ReadonlyMap<number, KnownHosts> => {
  const next = new Map<number, KnownHosts>();
  for (const { id, hostId } of vms) {
    const last = before.get(id);
    const isStill = last !== undefined && last.current === hostId;
    next.set(id, isStill ? last : { current: hostId, previous: last?.current });
  }
  return next;
};

const firstRetryMs = 60_000;
const mostRetryMs = 1_800_000;

/** More forged VMs than that are left out instead of read one by one. */
const mostReadAlone = 50;

export interface VmReaderOptions {
  readonly client: XmlRpcClient;
  readonly memory: VmMemory;
  readonly now: () => number;
  /** Is told of a document that had to be mended. */
  readonly onRepairs: (method: string, places: number) => void;
  /** Is told of ids that stand more than once in the pool: somebody forges VMs. */
  readonly onForged: (ids: readonly number[]) => void;
  /** Is told when the calls for attributes begin to fail, and (`undefined`) when they work again. */
  readonly onAttributes: (failure: string | undefined) => void;
}

/** Failures of a call that say nothing of other calls: without it, the rest is still worth reading. */
const isOfThisCall = (thrown: unknown): boolean =>
  commonError.is(
    thrown,
    'ONE_FAULT',
    'ONE_REFUSED',
    'ONE_NO_SUCH_OBJECT',
    'ONE_NOT_XML',
    'ONE_TRUNCATED',
    'ONE_TIMEOUT',
    'ONE_HTTP_STATUS',
  );

/** Tries what may fail for good: after a failure not before a while, which grows. */
const createTrial = ({ now, onAttributes }: VmReaderOptions) => {
  let waitMs = 0;
  let retryAt = Number.NEGATIVE_INFINITY;
  /** `undefined` where it fails, or is not tried now. */
  return async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    if (now() < retryAt) return undefined;
    try {
      const result = await work();
      if (waitMs > 0) onAttributes(undefined);
      waitMs = 0;
      return result;
    } catch (thrown) {
      if (!isOfThisCall(thrown)) throw thrown;
      if (waitMs === 0) onAttributes(reasonOf(thrown));
      waitMs = Math.min(Math.max(firstRetryMs, waitMs * 2), mostRetryMs);
      retryAt = now() + waitMs;
      return undefined;
    }
  };
};

/** A function that reads all VMs that are not done, with what it remembers between two readings. */
export const createVmReader = (options: VmReaderOptions): (() => Promise<readonly VmWithAttributes[]>) => {
  const { client, memory, now, onForged } = options;
  const tryAttributes = createTrial(options);

  const call = <T>(
    method: string,
    parameters: readonly RpcParameter[],
    parse: (element: OneElement) => T | undefined,
  ) =>
    readDocument(client, {
      method,
      parameters,
      objectName: 'VM',
      shape: method === 'one.vmpool.info' ? vmShape : extendedVmShape,
      parse,
      onRepairs: (places) => options.onRepairs(method, places),
    });

  /** A pool in which ids that stand twice are replaced by what oned says of each alone. */
  const readPool = async <T extends Vm>(
    method: string,
    parse: (element: OneElement) => T | undefined,
  ): Promise<readonly T[]> => {
    const { objects, repeated } = takeUnique(await call(method, [...allOfPool, notDone], parse));
    if (repeated.length === 0) return objects;
    onForged(repeated);
    const real = new Map<number, T>();
    for (const id of repeated.slice(0, mostReadAlone)) {
      // The answer about one VM begins with that VM; what it forges stands behind.
      const [first] = await call('one.vmpool.infoset', [String(id), true], parse);
      if (first?.id === id) real.set(id, first);
    }
    const doubtful = new Set(repeated);
    return objects.flatMap((object) => (doubtful.has(object.id) ? (real.get(object.id) ?? []) : object));
  };

  const readAllExtended = async (): Promise<readonly ExtendedVm[]> => {
    const readAt = now();
    const vms = await readPool('one.vmpool.infoextended', parseExtended);
    memory.attributes = new Map(
      vms.map((vm) => {
        return [vm.id, rememberAttributes(vm, vm, readAt)];
      }),
    );
    return vms;
  };

  const readAttributes = async (ids: readonly number[]): Promise<ReadonlyMap<number, Attributes>> => {
    const attributes = new Map<number, Attributes>();
    for (let at = 0; at < ids.length; at += idsPerCall) {
      const vms = await call(
        'one.vmpool.infoset',
        [ids.slice(at, at + idsPerCall).join(','), true],
        parseExtended,
      );
      const { objects, repeated } = takeUnique(vms);
      for (const vm of objects) if (!repeated.includes(vm.id)) attributes.set(vm.id, vm);
    }
    return attributes;
  };

  const previousHostOf = ({ id }: Vm): number | undefined => memory.hosts.get(id)?.previous;
  const withPreviousHosts = (vms: readonly ExtendedVm[]): readonly VmWithAttributes[] => {
    memory.hosts = nextHosts(vms, memory.hosts);
    return vms.map((vm) => joinVm(vm, vm, previousHostOf(vm)));
  };

  return async () => {
    const atStart = memory.attributes.size === 0 ? await tryAttributes(readAllExtended) : undefined;
    if (atStart !== undefined) return withPreviousHosts(atStart);
    const readAt = now();
    const vms = await readPool('one.vmpool.info', parseVm);
    const plan = planAttributeReads(vms, memory.attributes, readAt);
    const all = plan.kind === 'all' ? await tryAttributes(readAllExtended) : undefined;
    if (all !== undefined) return withPreviousHosts(all);
    const ids = plan.kind === 'all' ? [] : plan.ids;
    const attributes =
      ids.length === 0 ? noAttributes : ((await tryAttributes(() => readAttributes(ids))) ?? noAttributes);
    memory.hosts = nextHosts(vms, memory.hosts);
    const nowKnown = new Map<number, KnownAttributes>();
    const result = vms.map((vm) => {
      const read = attributes.get(vm.id);
      const current =
        read === undefined ? memory.attributes.get(vm.id) : rememberAttributes(vm, read, readAt);
      if (current !== undefined) nowKnown.set(vm.id, current);
      return joinVm(vm, current, previousHostOf(vm));
    });
    memory.attributes = nowKnown;
    return result;
  };
};
