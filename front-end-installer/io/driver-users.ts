/** Who logs in by an authentication driver: without it, none of them can. */
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { shapeOf, text, textAt } from '../../lib/one/document-reader.ts';

/** The names of its users, sorted. Fails with ONE_*. */
export const readDriverUsers = async (client: XmlRpcClient, driver: string): Promise<readonly string[]> => {
  const users = await readDocument(client, {
    method: 'one.userpool.info',
    parameters: [],
    objectName: 'USER',
    shape: shapeOf({ NAME: text, AUTH_DRIVER: text }),
    parse: (element) =>
      textAt(element, 'AUTH_DRIVER') === driver ? (textAt(element, 'NAME') ?? '') : undefined,
  });
  return [...users].sort();
};
