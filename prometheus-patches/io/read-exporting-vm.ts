/** Reads one VM with its addresses and its exporter, as it is now. */
import { OneExtError } from '../../lib/errors/oneext-error.ts';
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { OneElement } from '../../lib/one/document-reader.ts';
import { extendedVmShape, parseVm, parseVmExporter } from '../../lib/one/vm.ts';
import type { ExportingVm } from '../../lib/prometheus/vm-targets.ts';

export const parseExportingVm = (element: OneElement): ExportingVm | undefined => {
  const vm = parseVm(element);
  return vm === undefined ? undefined : { ...vm, exporter: parseVmExporter(element) };
};

/** `undefined` where there is no such VM (any more). Fails with ONE_*. */
export const readExportingVm = async (client: XmlRpcClient, id: number): Promise<ExportingVm | undefined> => {
  try {
    const [vm] = await readDocument(client, {
      method: 'one.vm.info',
      parameters: [id, false],
      objectName: 'VM',
      shape: extendedVmShape,
      parse: parseExportingVm,
    });
    if (vm?.id === id) return vm;
  } catch (thrown) {
    if (thrown instanceof OneExtError && thrown.code === 'ONE_NO_SUCH_OBJECT') return undefined;
    throw thrown;
  }
  throw new OneExtError('ONE_NOT_XML', {
    method: 'one.vm.info',
    endpoint: 'OpenNebula',
    detail: `it holds no VM ${id}`,
  });
};
