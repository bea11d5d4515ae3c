/** Reads one VM with its addresses and its exporter, as it is now. */
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { OneElement } from '../../lib/one/document-reader.ts';
import { extendedVmShape, parseVm, parseVmExporter } from '../../lib/one/vm.ts';
import type { ExportingVm } from '../../lib/prometheus/vm-targets.ts';

export const parseExportingVm = (element: OneElement): ExportingVm | undefined => {
  const vm = parseVm(element);
  return vm === undefined ? undefined : { ...vm, exporter: parseVmExporter(element) };
};

/**
 * `undefined` where there is no such VM (any more). Fails with ONE_*.
 *
 * Asked for as a pool of one (one.vmpool.infoset), whose answer begins with that VM: oned does not escape what
 * ends a CDATA section, and a tenant can so end the document of one.vm.info early.
 */
export const readExportingVm = async (client: XmlRpcClient, id: number): Promise<ExportingVm | undefined> => {
  const [vm] = await readDocument(client, {
    method: 'one.vmpool.infoset',
    parameters: [String(id), true],
    objectName: 'VM',
    shape: extendedVmShape,
    parse: parseExportingVm,
  });
  return vm?.id === id ? vm : undefined;
};
