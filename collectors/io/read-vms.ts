/** Reads the VM pool at the least cost to the front-end; see ../attribute-plan.ts. */
import { allOfPool, readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { OneElement } from '../../lib/one/document-reader.ts';
import type { RpcParameter } from '../../lib/one/rpc-request.ts';
import { takeUnique } from '../../lib/one/unique-objects.ts';
import {
  extendedVmShape,
  parseFlavours,
  parseVm,
  parseVmExporter,
  type Vm,
  type VmExporter,
  vmShape,
} from '../../lib/one/vm.ts';
import { fingerprintOf, type KnownAttributes, planAttributeReads } from '../attribute-plan.ts';
import type { VmWithAttributes } from '../collector.ts';

const notDone = -1;
const idsPerCall = 1000;

/** What only the extended form tells. */
interface Attributes {
  readonly flavours: number;
  readonly exporter: VmExporter | undefined;
}
type ExtendedVm = Vm & Attributes;

const parseExtended = (element: OneElement): ExtendedVm | undefined => {
  const vm = parseVm(element);
  return vm === undefined
    ? undefined
    : { ...vm, flavours: parseFlavours(element), exporter: parseVmExporter(element) };
};

/** Where a VM is and where it was before: the short form of its document has only the last record. */
interface KnownHosts {
  readonly current: number | undefined;
  readonly previous: number | undefined;
}

const nextHosts = (
  vms: readonly Vm[],
  before: ReadonlyMap<number, KnownHosts>,
): ReadonlyMap<number, KnownHosts> =>
  new Map(
    vms.map(({ id, hostId }) => {
      const last = before.get(id);
      if (last === undefined) return [id, { current: hostId, previous: undefined }];
      return [id, last.current === hostId ? last : { current: hostId, previous: last.current }];
    }),
  );

/** More forged VMs than that are left out instead of read one by one. */
const mostReadAlone = 50;

export interface VmReaderOptions {
  readonly client: XmlRpcClient;
  readonly now: () => number;
  /** Is told of a document that had to be mended. */
  readonly onRepairs: (method: string, places: number) => void;
  /** Is told of ids that stand more than once in the pool: somebody forges VMs. */
  readonly onForged: (ids: readonly number[]) => void;
}

/** A function that reads all VMs that are not done, with what it remembers between two readings. */
export const createVmReader = (options: VmReaderOptions): (() => Promise<readonly VmWithAttributes[]>) => {
  const { client, now, onForged } = options;
  let known: ReadonlyMap<number, KnownAttributes> = new Map();
  let hosts: ReadonlyMap<number, KnownHosts> = new Map();

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
    known = new Map(
      vms.map((vm) => {
        const { id, flavours, exporter } = vm;
        return [id, { flavours, exporter, fingerprint: fingerprintOf(vm), readAt }];
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

  const readWithAttributes = async (): Promise<readonly Omit<VmWithAttributes, 'previousHostId'>[]> => {
    if (known.size === 0) return readAllExtended();
    const readAt = now();
    const vms = await readPool('one.vmpool.info', parseVm);
    const plan = planAttributeReads(vms, known, readAt);
    if (plan.kind === 'all') return readAllExtended();
    const attributes = await readAttributes(plan.ids);
    const nowKnown = new Map<number, KnownAttributes>();
    const result = vms.map((vm) => {
      const read = attributes.get(vm.id);
      const current =
        read === undefined
          ? known.get(vm.id)
          : { flavours: read.flavours, exporter: read.exporter, fingerprint: fingerprintOf(vm), readAt };
      if (current !== undefined) nowKnown.set(vm.id, current);
      return { ...vm, flavours: current?.flavours, exporter: current?.exporter };
    });
    known = nowKnown;
    return result;
  };

  return async () => {
    const vms = await readWithAttributes();
    hosts = nextHosts(vms, hosts);
    return vms.map((vm) => ({ ...vm, previousHostId: hosts.get(vm.id)?.previous }));
  };
};
