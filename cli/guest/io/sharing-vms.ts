/** VMs whose RAW is changed: as OpenNebula has them, and the change. */
import type { Raw, SharingVm } from '../../../guest/shared-folder.ts';
import { formatRawAttribute } from '../../../guest/shared-folder.ts';
import { readDocument } from '../../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import {
  childOf,
  childrenOf,
  type OneElement,
  parseInteger,
  shapeOf,
  text,
  textAt,
} from '../../../lib/one/document-reader.ts';
import { usageError } from '../../command.ts';

const shape = shapeOf({
  ID: text,
  STATE: text,
  DEPLOY_ID: text,
  TEMPLATE: {
    RAW: { TYPE: text, DATA: text, VALIDATE: text },
    TOPOLOGY: { HUGEPAGE_SIZE: text },
    DISK: { TYPE: text, TARGET: text },
  },
});

export interface NamedVm extends SharingVm {
  /** Its domain: the name of its folder. */
  readonly domain: string;
}

const parse = (element: OneElement): NamedVm | undefined => {
  const id = parseInteger(textAt(element, 'ID'));
  if (id === undefined) return undefined;
  const template = childOf(element, 'TEMPLATE');
  const deployId = textAt(element, 'DEPLOY_ID') ?? '';
  return {
    id,
    domain: /^[\w][\w.-]*$/.test(deployId) ? deployId : `one-${id}`,
    state: parseInteger(textAt(element, 'STATE')),
    raws: childrenOf(template, 'RAW').map(
      (raw): Raw => ({
        type: (textAt(raw, 'TYPE') ?? '').toLowerCase(),
        data: textAt(raw, 'DATA') ?? '',
        validate: textAt(raw, 'VALIDATE') ?? '',
      }),
    ),
    hugepages: (textAt(template, 'TOPOLOGY', 'HUGEPAGE_SIZE') ?? '') !== '',
    filesystemDisks: childrenOf(template, 'DISK')
      .filter((disk) => (textAt(disk, 'TYPE') ?? '').toUpperCase() === 'FILESYSTEM')
      .map((disk) => textAt(disk, 'TARGET') ?? ''),
  };
};

/** Ids as they were given; fails with USAGE for what is none. */
export const parseVmIds = (operands: readonly string[]): readonly number[] =>
  [...new Set(operands)].map((operand) => {
    if (!/^(?:0|[1-9]\d{0,9})$/.test(operand))
      throw usageError(`${JSON.stringify(operand)} is no id of a VM; onevm list shows them`);
    return Number(operand);
  });

/** Fails with ONE_NO_SUCH_OBJECT. */
export const readSharingVm = async (client: XmlRpcClient, id: number): Promise<NamedVm> => {
  const call = { method: 'one.vm.info', parameters: [id], objectName: 'VM', shape, parse };
  const [vm] = await readDocument(client, call);
  if (vm === undefined) throw new Error(`one.vm.info says nothing of VM ${id}`);
  return vm;
};

const append = 1;

export const writeRaw = async (client: XmlRpcClient, id: number, raw: Raw): Promise<void> => {
  await client.call('one.vm.updateconf', [id, formatRawAttribute(raw), append]);
};
