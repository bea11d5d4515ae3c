/** Asks OpenNebula which VMs a user may see, also those that are gone. */
import { readDocument } from '../../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import { accountShape, parseAccount } from '../../../lib/one/account.ts';
import {
  childOf,
  type OneElement,
  parseInteger,
  shapeOf,
  text,
  textAt,
} from '../../../lib/one/document-reader.ts';
import { cliError } from '../../errors.ts';
import { type PermittedVm, parseVmRule, visibleVms } from '../visible-vms.ts';

const anyState = -2;

const vmShape = shapeOf({
  ID: text,
  UID: text,
  GID: text,
  PERMISSIONS: { GROUP_U: text, OTHER_U: text },
});

const parsePermittedVm = (element: OneElement): PermittedVm | undefined => {
  const id = parseInteger(textAt(element, 'ID'));
  if (id === undefined) return undefined;
  const permissions = childOf(element, 'PERMISSIONS');
  return {
    id,
    ownerId: parseInteger(textAt(element, 'UID')),
    groupId: parseInteger(textAt(element, 'GID')),
    groupMayUse: textAt(permissions, 'GROUP_U') === '1',
    othersMayUse: textAt(permissions, 'OTHER_U') === '1',
  };
};

/** Fails with ENERGY_NO_USER. */
export const readVisibleVms = async (
  client: XmlRpcClient,
  userName: string,
): Promise<ReadonlySet<number>> => {
  const users = await readDocument(client, {
    method: 'one.userpool.info',
    parameters: [],
    objectName: 'USER',
    shape: accountShape,
    parse: parseAccount,
  });
  const user = users.find(({ name }) => name === userName);
  if (user?.id === undefined) throw cliError('ENERGY_NO_USER', { user: userName });
  const rules = await readDocument(client, {
    method: 'one.acl.info',
    parameters: [],
    objectName: 'ACL',
    shape: shapeOf({ ID: text, STRING: text }),
    parse: (element) => parseVmRule(textAt(element, 'STRING') ?? ''),
  });
  const zones = rules.some(({ zone }) => zone !== '*')
    ? await readDocument(client, {
        method: 'one.zonepool.info',
        parameters: [],
        objectName: 'ZONE',
        shape: shapeOf({ ID: text }),
        parse: (element) => parseInteger(textAt(element, 'ID')),
      })
    : [];
  const vms = await readDocument(client, {
    method: 'one.vmpool.infoextended', // the short form has no PERMISSIONS
    parameters: [-2, -1, -1, anyState],
    objectName: 'VM',
    shape: vmShape,
    parse: parsePermittedVm,
  });
  // Where there are several zones, nothing tells which is ours: rules of one of them show nothing then.
  return visibleVms(user, vms, rules, zones.length === 1 ? zones[0] : undefined);
};
