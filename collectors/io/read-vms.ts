/** Reads the VM pool at the least cost to the front-end; see ../attribute-plan.ts. */
import { allOfPool, type DocumentCall, readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { OneElement } from '../../lib/one/document-reader.ts';
import { keepUnique } from '../../lib/one/unique-objects.ts';
import { parseFlavours, parseVm, type Vm, vmShape } from '../../lib/one/vm.ts';
import { fingerprintOf, type KnownAttributes, planAttributeReads } from '../attribute-plan.ts';
import type { VmWithAttributes } from '../collector.ts';

const notDone = -1;
const idsPerCall = 1000;

const parseExtended = (element: OneElement): (Vm & { readonly flavours: number }) | undefined => {
  const vm = parseVm(element);
  return vm === undefined ? undefined : { ...vm, flavours: parseFlavours(element) };
};

const vmCall = <T>(
  method: string,
  parameters: DocumentCall<T>['parameters'],
  parse: DocumentCall<T>['parse'],
  onRepairs: (count: number) => void,
): DocumentCall<T> => ({ method, parameters, objectName: 'VM', shape: vmShape, parse, onRepairs });

/** A function that reads all VMs that are not done, with what it remembers between two readings. */
export const createVmReader = (
  client: XmlRpcClient,
  now: () => number,
  onRepairs: (count: number) => void,
): (() => Promise<readonly VmWithAttributes[]>) => {
  let known: ReadonlyMap<number, KnownAttributes> = new Map();

  const readAllExtended = async (): Promise<readonly VmWithAttributes[]> => {
    const readAt = now();
    const parameters = [...allOfPool, notDone];
    const vms = keepUnique(
      await readDocument(client, vmCall('one.vmpool.infoextended', parameters, parseExtended, onRepairs)),
    );
    known = new Map(
      vms.map((vm) => [vm.id, { flavours: vm.flavours, fingerprint: fingerprintOf(vm), readAt }]),
    );
    return vms;
  };

  const readFlavours = async (ids: readonly number[]): Promise<Map<number, number>> => {
    const flavours = new Map<number, number>();
    for (let at = 0; at < ids.length; at += idsPerCall) {
      const parameters = [ids.slice(at, at + idsPerCall).join(','), true];
      const vms = await readDocument(
        client,
        vmCall('one.vmpool.infoset', parameters, parseExtended, onRepairs),
      );
      for (const vm of keepUnique(vms)) flavours.set(vm.id, vm.flavours);
    }
    return flavours;
  };

  return async () => {
    if (known.size === 0) return readAllExtended();
    const readAt = now();
    const parameters = [...allOfPool, notDone];
    const vms = keepUnique(
      await readDocument(client, vmCall('one.vmpool.info', parameters, parseVm, onRepairs)),
    );
    const plan = planAttributeReads(vms, known, readAt);
    if (plan.kind === 'all') return readAllExtended();
    const flavours = await readFlavours(plan.ids);
    const nowKnown = new Map<number, KnownAttributes>();
    const result = vms.map((vm) => {
      const before = known.get(vm.id);
      const read = flavours.get(vm.id);
      if (read !== undefined) nowKnown.set(vm.id, { flavours: read, fingerprint: fingerprintOf(vm), readAt });
      else if (before !== undefined) nowKnown.set(vm.id, before);
      return { ...vm, flavours: read ?? before?.flavours };
    });
    known = nowKnown;
    return result;
  };
};
